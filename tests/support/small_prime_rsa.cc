#include "support/small_prime_rsa.h"

#include <algorithm>
#include <stdexcept>

namespace assay::test {
namespace {

__extension__ typedef unsigned __int128 UInt128;

constexpr std::uint32_t kEnd = 1u << 16;

// The least prime factor of each number below kEnd.
const std::vector<std::uint32_t>& least_factors() {
  static const std::vector<std::uint32_t> factors = [] {
    std::vector<std::uint32_t> least(kEnd, 0);
    for (std::uint32_t p = 2; p < kEnd; ++p) {
      if (least[p] != 0) continue;
      for (std::uint32_t multiple = p; multiple < kEnd; multiple += p) {
        if (least[multiple] == 0) least[multiple] = p;
      }
    }
    return least;
  }();
  return factors;
}

// Least first.
std::vector<std::uint64_t> words_of(const Big& number, std::size_t count) {
  const std::string bytes = number.little_endian(8 * count);
  std::vector<std::uint64_t> words(count);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    words[i / 8] |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * (i % 8));
  }
  return words;
}

bool is_prime(std::uint32_t number) { return least_factors()[number] == number; }

// Distinct primes whose product has exactly `bits` bits.
std::vector<std::uint32_t> primes_of(int bits, StructuredRandom& random) {
  std::vector<std::uint32_t> primes;
  Big product(1);
  const auto take = [&](std::uint64_t from, std::uint64_t end) {
    for (;;) {
      const auto candidate = static_cast<std::uint32_t>(from + random.below(end - from));
      if (!is_prime(candidate) || std::find(primes.begin(), primes.end(), candidate) != primes.end()) continue;
      primes.push_back(candidate);
      product = product * candidate;
      return;
    }
  };
  // The last two share what 16-bit primes leave, 14 bits at least, so that each has many to choose from.
  int missing = bits;
  while (missing > 29) {
    take(kEnd / 2, kEnd);
    missing = bits - product.bits();
  }
  take(std::uint64_t{1} << (missing / 2), std::uint64_t{1} << (missing / 2 + 1));
  take(words_of(Big::power_of_two(bits - 1) / product, 1)[0] + 1, words_of(Big::power_of_two(bits) / product, 1)[0]);
  return primes;
}

// x^65537 mod p for every x below p: a power of each prime x, and a product of two of these for every other x.
std::vector<std::uint32_t> powers_of_all(std::uint32_t p) {
  std::vector<std::uint32_t> powers(p);
  for (std::uint32_t x = 1; x < p; ++x) {
    const std::uint32_t factor = least_factors()[x];
    std::uint64_t power = x;
    if (x > 1 && factor != x) {
      power = std::uint64_t{powers[factor]} * powers[x / factor];
    } else if (x > 1) {
      for (int i = 0; i < 16; ++i) power = power * power % p;
      power *= x;
    }
    powers[x] = static_cast<std::uint32_t>(power % p);
  }
  return powers;
}

}  // namespace

SmallPrimeRsaKey::SmallPrimeRsaKey(int bits, std::uint64_t seed) : n_(1), bytes_(static_cast<std::size_t>(bits) / 8) {
  if (bits < 512 || bits > 4096 || bits % 32 != 0) throw std::runtime_error("no modulus of this length");
  StructuredRandom random(seed);
  const std::vector<std::uint32_t> primes = primes_of(bits, random);
  for (const std::uint32_t p : primes) n_ = n_ * p;
  if (n_.bits() != bits) throw std::runtime_error("the modulus has another length");
  for (std::size_t first = 0; first < primes.size(); first += 4) {
    Group group;
    const std::size_t end = std::min(first + 4, primes.size());
    for (std::size_t i = first; i < end; ++i) group.q *= primes[i];
    UInt128 power = 1;
    for (std::size_t j = 0; j < bytes_ / 4; ++j, power = (power << 32) % group.q) {
      group.powers.push_back(static_cast<std::uint64_t>(power));
    }
    group.cofactor = words_of(n_ / group.q, bytes_ / 8);
    for (std::size_t i = first; i < end; ++i) {
      const std::uint32_t p = primes[i];
      Prime prime{p, group.q / p, std::vector<std::uint16_t>(p)};
      const std::uint64_t scale = words_of((n_ / p % p).inverse(p), 1)[0];
      // p - 1 is below 65537, which is a prime: so no two x have the same power.
      const std::vector<std::uint32_t> powers = powers_of_all(p);
      for (std::uint32_t x = 0; x < p; ++x) {
        prime.scaled_roots[powers[x]] = static_cast<std::uint16_t>(x * scale % p);
      }
      group.primes.push_back(std::move(prime));
    }
    groups_.push_back(std::move(group));
  }
}

// By the Chinese remainder theorem: the sum of (n/p) (root p/n mod p) over all primes p has the residue of the root
// modulo each of them. It is summed up modulo q within a group, then over the groups.
std::string SmallPrimeRsaKey::raw_sign(std::string_view block) const {
  if (block.size() > bytes_) throw std::runtime_error("the block is longer than n");
  std::vector<std::uint32_t> words(bytes_ / 4);
  for (std::size_t i = 0; i < block.size(); ++i) {
    words[i / 4] |= std::uint32_t{static_cast<unsigned char>(block[block.size() - 1 - i])} << (8 * (i % 4));
  }
  std::vector<std::uint64_t> sum(bytes_ / 8 + 1);  // below 2^8 n: there are fewer than 2^8 groups
  for (const Group& group : groups_) {
    UInt128 residue = 0;  // at most 2^7 terms, each below 2^96
    for (std::size_t j = 0; j < words.size(); ++j) residue += UInt128{words[j]} * group.powers[j];
    const auto below_q = static_cast<std::uint64_t>(residue % group.q);
    UInt128 root = 0;  // below 4q
    for (const Prime& prime : group.primes) root += UInt128{prime.scaled_roots[below_q % prime.p]} * prime.others;
    while (root >= group.q) root -= group.q;
    const auto word = static_cast<std::uint64_t>(root);
    UInt128 carry = 0;
    for (std::size_t j = 0; j < sum.size(); ++j) {
      carry += sum[j];
      if (j < group.cofactor.size()) carry += UInt128{word} * group.cofactor[j];
      sum[j] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
  }
  std::string bytes(8 * sum.size(), '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(sum[i / 8] >> (8 * (i % 8)));
  return (Big::from_little_endian(bytes) % n_).bytes(bytes_);
}

std::string SmallPrimeRsaKey::sign(Algorithm algorithm, std::string_view message, StructuredRandom& random) const {
  return raw_sign(rsa_block(n_, algorithm, message, rsa_salt(algorithm, random)));
}

}  // namespace assay::test
