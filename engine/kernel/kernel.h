// The kernels of one instruction set: signatures and hashes of many tokens at once.
//
// Plain data and function pointers, so that this header holds no code that a file compiled for one CPU could share with
// another. Numbers that a kernel takes as bytes are big-endian unless said otherwise. Every function is noexcept,
// thread safe (all state is the caller's) and allocates nothing. Inputs are public, HMAC states aside: timing depends
// on values.
//
// What the algorithms are, and why they are right: NOTES.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::kernel {

// ---- Hashes (FIPS 180-4)

// One message to hash: `prefix` then `message`, going on from `state`.
struct HashJob {
  // Eight words: of 32 bits for SHA-256, of 64 for SHA-384 and SHA-512. An initial value below, or the state of a key.
  const void* state;
  std::uint64_t hashed;  // bytes that `state` has taken in; a multiple of the block (64, 128)
  const unsigned char* prefix;
  std::size_t prefix_size;  // at most 2 blocks
  const unsigned char* message;
  std::size_t message_size;
  unsigned char* digest;  // 32 bytes, or 64 of which SHA-384 means the first 48; may not overlap another job's input
};

extern const std::uint32_t kSha256Initial[8];
extern const std::uint64_t kSha384Initial[8];
extern const std::uint64_t kSha512Initial[8];

// Writes the digest of every job. Lengths may differ.
using HashFunction = void (*)(const HashJob* jobs, std::size_t count) noexcept;

struct HashKernel {
  HashFunction hash = nullptr;  // null: this instruction set has none
  std::size_t least = 0;        // messages in a call from which it is faster than OpenSSL
};

// ---- RSA (RFC 8017), e = 65537, moduli of exactly 2048, 3072 or 4096 bits

inline constexpr std::size_t kMaxRsaLimbs = 80;

// A modulus as the kernel wants it; made by RsaKernel::prepare.
struct RsaModulus {
  std::uint64_t n[kMaxRsaLimbs];   // limbs of 52 bits, least first
  std::uint64_t r2[kMaxRsaLimbs];  // 2^(2*52*limbs) mod n
  std::uint64_t k0;                // -1/n mod 2^52
  std::uint32_t limbs;             // 40, 60, 80
  std::uint32_t bytes;             // 256, 384, 512
};

struct RsaJob {
  const RsaModulus* key;
  const unsigned char* signature;  // key->bytes long
  unsigned char* block;            // out: signature^65537 mod n, key->bytes long
  bool in_range;                   // out: signature < n; otherwise the block is not written
};

struct RsaKernel {
  // n: `bytes` long, odd, its top bit set. r2: 2^(2*52*limbs) mod n, `bytes` long. False: no such size.
  bool (*prepare)(const unsigned char* n, const unsigned char* r2, std::size_t bytes,
                  RsaModulus* modulus) noexcept = nullptr;
  // All keys of one size. Moduli may differ.
  void (*power)(RsaJob* jobs, std::size_t count) noexcept = nullptr;  // null: this instruction set has none
};

// ---- Elliptic curves

enum class Outcome : std::uint8_t {
  invalid,
  valid,
  exceptional,  // an addition met two points with one x: OpenSSL decides
};

// A table of multiples of a point: see curve/table.h for the layout.
struct CurveTable {
  const std::uint64_t* entries = nullptr;
  int window = 0;  // bits
};

// One signature. ECDSA: r and s of coordinate_bytes each, digest of exactly 32, 48 or 64 bytes (P-256, P-384, P-521).
// Ed25519: R and S, digest SHA-512(R || A || M), 64 bytes.
struct CurveJob {
  const unsigned char* signature;
  const unsigned char* digest;
  const std::uint64_t* key_table;  // entries; the window is the same for all jobs of a call
};

struct CurveKernel {
  // Bytes of a table of this window (4 to 16 bits).
  std::size_t (*table_bytes)(int window) noexcept = nullptr;
  // Bytes of scratch for build_table and build_generator.
  std::size_t (*build_scratch_bytes)(int window) noexcept = nullptr;
  // The table of a public key: x || y of a point on the curve, or the 32 bytes of RFC 8032 §5.1.5 (little-endian).
  // `entries` and `scratch` are aligned to 64 bytes. False: no table can be made of this key (Ed25519: not a point, not
  // canonical, or not of the order of the base point); OpenSSL judges its signatures.
  bool (*build_table)(const unsigned char* public_key, int window, std::uint64_t* entries,
                      void* scratch) noexcept = nullptr;
  void (*build_generator)(int window, std::uint64_t* entries, void* scratch) noexcept = nullptr;
  // Bytes of scratch for a call of `verify`, aligned to 64, whatever the count.
  std::size_t (*scratch_bytes)(int key_window, int generator_window) noexcept = nullptr;
  void (*verify)(const CurveJob* jobs, std::size_t count, Outcome* outcomes, int key_window, CurveTable generator,
                 void* scratch) noexcept = nullptr;
};

// ---- All of them

struct Kernels {
  const char* isa = "";  // "ifma", "portable"
  HashKernel sha256, sha512;
  RsaKernel rsa;
  CurveKernel p256, p384, p521, ed25519;
};

}  // namespace assay::kernel
