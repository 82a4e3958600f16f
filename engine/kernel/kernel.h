// The interface of the kernels, which verify signatures and hash messages of many tokens at once.
//
// It is plain data and function pointers, so that a file compiled for one CPU shares no code with files for others.
// Numbers given as bytes are big-endian unless said otherwise. Every function is noexcept and thread safe (all state is
// the caller's) and allocates nothing. Timing depends on values, because all inputs but HMAC states are public.
//
// NOTES.md explains the algorithms and why they are right.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::kernel {

// ---- Hashes (FIPS 180-4)

// One message to hash: `prefix`, then `message`. Hashing goes on from `state`.
struct HashJob {
  // Eight words of 32 bits (SHA-256) or 64 bits (SHA-384, SHA-512): an initial value below, or the state of a key.
  const void* state;
  std::uint64_t hashed;  // bytes that `state` has taken in; a multiple of the block (64, 128)
  const unsigned char* prefix;
  std::size_t prefix_size;  // at most 2 blocks
  const unsigned char* message;
  std::size_t message_size;
  unsigned char* digest;  // 32 or 64 bytes (SHA-384: use the first 48); may not overlap another job's input
};

extern const std::uint32_t kSha256Initial[8];
extern const std::uint64_t kSha384Initial[8];
extern const std::uint64_t kSha512Initial[8];

// Writes the digest of every job. Lengths may differ.
using HashFunction = void (*)(const HashJob* jobs, std::size_t count) noexcept;

// The last block of a message, padded by the caller (FIPS 180-4 §5.1.1). SHA-256 goes on from `state`, as in a HashJob.
struct PaddedBlock {
  unsigned char block[64];
  const void* state;
  unsigned char* digest;  // 32 bytes
};

struct HashKernel {
  HashFunction hash = nullptr;  // null if this instruction set has none
  std::size_t least = 0;        // with fewer messages in a call, OpenSSL is faster
  // Writes the digest of every block, in two thirds of the time that `hash` takes for a message of one block. Only of
  // SHA-256; null if this instruction set has none.
  void (*padded)(const PaddedBlock* blocks, std::size_t count) noexcept = nullptr;
};

// ---- RSA (RFC 8017), e = 65537, moduli of exactly 2048, 3072 or 4096 bits

inline constexpr std::size_t kMaxRsaLimbs = 80;

// A modulus in the form that the kernel reads. RsaKernel::prepare makes it.
struct RsaModulus {
  std::uint64_t n[kMaxRsaLimbs];   // limbs of 52 bits, least first
  std::uint64_t r2[kMaxRsaLimbs];  // R^2 mod n, R = 2^(52*limbs)
  std::uint64_t n2[kMaxRsaLimbs];  // (k*n + 1) / 2^208, where k*n = -1 modulo 2^208; not read by ifma
  std::uint64_t k0;                // -1/n mod 2^52
  std::uint32_t limbs;             // 40, 60, 80
  std::uint32_t bytes;             // 256, 384, 512
  // RsaKernel::prepare_match fills these. E: see RsaMatch.
  bool has_match;
  std::uint64_t c0[kMaxRsaLimbs];  // -E R^-65536 mod n
  std::uint64_t c1[kMaxRsaLimbs];  // R^-65536 mod n
};

struct RsaJob {
  const RsaModulus* key;
  const unsigned char* signature;  // key->bytes long
  unsigned char* block;            // out: signature^65537 mod n, key->bytes long
  bool in_range;                   // out: signature < n; otherwise the block is not written
};

// A signature and what its power must be: E - difference, where E = 2^(8*bytes - 15) - 1 is the block 00 01 FF .. FF.
// PKCS#1 v1.5 fixes all of a block but its end, so the difference is short.
inline constexpr std::size_t kRsaDifferenceBytes = 96;
struct RsaMatch {
  const RsaModulus* key;            // has_match is true
  const unsigned char* signature;   // key->bytes long
  const unsigned char* difference;  // kRsaDifferenceBytes long
  bool valid;                       // out: signature < n and signature^65537 mod n = E - difference
};

struct RsaKernel {
  // n is `bytes` long. r2 is 2^(2*52*limbs) mod n, `bytes` long. Returns false if `bytes` is another size, n is even or
  // its top bit is clear. Sets has_match to false.
  bool (*prepare)(const unsigned char* n, const unsigned char* r2, std::size_t bytes,
                  RsaModulus* modulus) noexcept = nullptr;
  // Computes the block of every job. All keys are of one size; moduli may differ. Null if this instruction set has
  // none.
  void (*power)(RsaJob* jobs, std::size_t count) noexcept = nullptr;
  // Adds to a prepared modulus what `match` needs. It costs as much as four to five verifications by OpenSSL.
  void (*prepare_match)(RsaModulus* modulus) noexcept = nullptr;
  // Decides every job, 5 to 6 % faster than `power`. All keys are of one size; moduli may differ.
  void (*match)(RsaMatch* jobs, std::size_t count) noexcept = nullptr;
};

// ---- Elliptic curves

enum class Outcome : std::uint8_t {
  invalid,
  valid,
  exceptional,  // an addition met two points with one x: OpenSSL decides
};

// A table of multiples of a point. curve/table.h describes the layout.
struct CurveTable {
  const std::uint64_t* entries = nullptr;
  int window = 0;  // bits
};

// One signature. ECDSA: r and s of 32, 48 or 66 bytes each and a digest of 32, 48 or 64 bytes (P-256, P-384, P-521).
// Ed25519: R and S, and as digest SHA-512(R || A || M), 64 bytes.
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
  // Builds the table of a public key: x || y of a point on the curve, or the 32 bytes of RFC 8032 §5.1.5
  // (little-endian). `entries` and `scratch` are aligned to 64 bytes. Returns false if this key can have no table, so
  // that OpenSSL verifies its signatures (Ed25519: not a point, not canonical, or of another order than the base
  // point).
  bool (*build_table)(const unsigned char* public_key, int window, std::uint64_t* entries,
                      void* scratch) noexcept = nullptr;
  void (*build_generator)(int window, std::uint64_t* entries, void* scratch) noexcept = nullptr;
  // Bytes of scratch for a call of `verify` with any count. It is aligned to 64 bytes.
  std::size_t (*scratch_bytes)(int key_window, int generator_window) noexcept = nullptr;
  void (*verify)(const CurveJob* jobs, std::size_t count, Outcome* outcomes, int key_window, CurveTable generator,
                 void* scratch) noexcept = nullptr;
};

// ---- All of them

struct Kernels {
  const char* isa = "";  // "ifma", "avx512f", "fma", "portable"
  HashKernel sha256, sha512;
  RsaKernel rsa;
  CurveKernel p256, p384, p521, ed25519;
};

}  // namespace assay::kernel
