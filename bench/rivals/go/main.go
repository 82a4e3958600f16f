// rival ALG KEYS TOKENS SECONDS ISS AUD: verifies with golang-jwt. What is printed, and what the exit status means, is in
// ../README.md.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Tokens between two looks at the clock.
const stride = 32

// What a service would read of an access token.
type claims struct {
	Scope string `json:"scope"`
	jwt.RegisteredClaims
}

func die(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}

func read(path ...string) []byte {
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		die(err)
	}
	return data
}

// CPU time of the process so far, in seconds.
func cpuSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		die(err)
	}
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) * 1e-9
}

func parseKey(algorithm, keys string) (key any, err error) {
	switch algorithm {
	case "RS256", "PS256":
		return jwt.ParseRSAPublicKeyFromPEM(read(keys, "public.pem"))
	case "ES256", "ES384":
		return jwt.ParseECPublicKeyFromPEM(read(keys, "public.pem"))
	case "EdDSA":
		return jwt.ParseEdPublicKeyFromPEM(read(keys, "public.pem"))
	case "HS256":
		return read(keys, "secret"), nil
	}
	os.Exit(3)
	return nil, nil
}

func main() {
	if len(os.Args) != 7 {
		die(fmt.Errorf("usage: rival ALG KEYS TOKENS SECONDS ISS AUD"))
	}
	seconds, err := strconv.ParseFloat(os.Args[4], 64)
	if err != nil {
		die(err)
	}
	key, err := parseKey(os.Args[1], os.Args[2])
	if err != nil {
		die(err)
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{os.Args[1]}), jwt.WithExpirationRequired(),
		jwt.WithIssuer(os.Args[5]), jwt.WithAudience(os.Args[6]))
	keyOf := func(*jwt.Token) (any, error) { return key, nil }

	var tokens []string
	for _, line := range bytes.Split(bytes.TrimSuffix(read(os.Args[3]), []byte("\n")), []byte("\n")) {
		tokens = append(tokens, string(line))
	}
	next := 0
	// Verifies so many tokens from where the last call stopped; returns how many were accepted.
	verify := func(count int) (verified int) {
		for range count {
			if _, err := parser.ParseWithClaims(tokens[next], &claims{}, keyOf); err == nil {
				verified++
			}
			if next++; next == len(tokens) {
				next = 0
			}
		}
		return verified
	}
	span := time.Duration(seconds * float64(time.Second))
	for start := time.Now(); time.Since(start) < span/3; {
		verify(stride)
	}
	verified, all := 0, 0
	start, cpu := time.Now(), cpuSeconds()
	for ; time.Since(start) < span; all += stride {
		verified += verify(stride)
	}
	if span == 0 {
		all = len(tokens)
		verified = verify(all)
	}
	fmt.Printf("{\"verified\":%d,\"rejected\":%d,\"cpu_seconds\":%.6f,\"wall_seconds\":%.6f}\n",
		verified, all-verified, cpuSeconds()-cpu, time.Since(start).Seconds())
}
