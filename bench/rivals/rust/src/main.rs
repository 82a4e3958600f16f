//! rival ALG KEYS TOKENS SECONDS ISS AUD: verifies with `jsonwebtoken`; the features choose its version and backend.
//! What is printed, and what the exit status means, is in ../../README.md.

use std::process::exit;
use std::time::{Duration, Instant};

#[cfg(not(feature = "ring"))]
use jsonwebtoken::{decode, Algorithm, DecodingKey, Validation};
#[cfg(feature = "ring")]
use jsonwebtoken_ring::{decode, Algorithm, DecodingKey, Validation};
use serde::Deserialize;

/// What a service would read of an access token.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Claims {
    sub: String,
    iss: String,
    aud: String,
    exp: u64,
    iat: u64,
    scope: String,
    jti: String,
}

/// Tokens between two looks at the clock.
const STRIDE: usize = 32;

fn die(message: String) -> ! {
    eprintln!("{message}");
    exit(2)
}

fn read(path: String) -> Vec<u8> {
    std::fs::read(&path).unwrap_or_else(|error| die(format!("{path}: {error}")))
}

/// CPU time of the process so far, in seconds.
fn cpu_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [algorithm, keys, tokens, seconds, issuer, audience] = &arguments[..] else {
        die("usage: rival ALG KEYS TOKENS SECONDS ISS AUD".into())
    };
    let seconds: f64 = seconds.parse().unwrap_or_else(|_| die(format!("not a number: {seconds}")));
    let public = || read(format!("{keys}/public.pem"));
    let (algorithm, key) = match algorithm.as_str() {
        "RS256" => (Algorithm::RS256, DecodingKey::from_rsa_pem(&public())),
        "PS256" => (Algorithm::PS256, DecodingKey::from_rsa_pem(&public())),
        "ES256" => (Algorithm::ES256, DecodingKey::from_ec_pem(&public())),
        "ES384" => (Algorithm::ES384, DecodingKey::from_ec_pem(&public())),
        "EdDSA" => (Algorithm::EdDSA, DecodingKey::from_ed_pem(&public())),
        "HS256" => (Algorithm::HS256, Ok(DecodingKey::from_secret(&read(format!("{keys}/secret"))))),
        _ => exit(3),
    };
    let key = key.unwrap_or_else(|error| die(format!("{keys}: {error}")));
    let mut validation = Validation::new(algorithm);
    validation.leeway = 0;
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[audience]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);

    let text = String::from_utf8(read(tokens.clone())).unwrap_or_else(|error| die(format!("{tokens}: {error}")));
    let tokens: Vec<&str> = text.lines().collect();
    let mut next = 0;
    // Verifies `count` tokens from where the last call stopped; returns how many were accepted.
    let mut verify = |count: usize| {
        let mut verified = 0;
        for _ in 0..count {
            verified += decode::<Claims>(tokens[next], &key, &validation).is_ok() as usize;
            next = if next + 1 == tokens.len() { 0 } else { next + 1 };
        }
        verified
    };
    if seconds > 0.0 {
        let warm = Instant::now();
        while warm.elapsed() < Duration::from_secs_f64(seconds / 3.0) {
            verify(STRIDE);
        }
    }
    let (mut verified, mut all) = (0, 0);
    let (start, cpu) = (Instant::now(), cpu_seconds());
    if seconds > 0.0 {
        while start.elapsed() < Duration::from_secs_f64(seconds) {
            verified += verify(STRIDE);
            all += STRIDE;
        }
    } else {
        verified = verify(tokens.len());
        all = tokens.len();
    }
    println!(
        "{{\"verified\":{verified},\"rejected\":{},\"cpu_seconds\":{:.6},\"wall_seconds\":{:.6}}}",
        all - verified,
        cpu_seconds() - cpu,
        start.elapsed().as_secs_f64()
    );
}
