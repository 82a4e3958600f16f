// assay keygen: a key pair as files.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "assay/key_pair.h"
#include "codec/base64url.h"
#include "command.h"
#include "console.h"
#include "mint/key_files.h"

namespace assay::cli {
namespace {

constexpr const char* kExamples =
    "Examples:\n"
    "  assay keygen --private key.pem --public pub.pem --jwks jwks.json --kid k1\n"
    "  assay keygen --algorithm ES256 --private es-key.pem --public es-pub.pem\n"
    "  assay keygen --algorithm HS256 --private secret.txt\n"
    "For HS256, HS384 and HS512 the private file is the secret as printable text, without a newline; there is no "
    "public\n"
    "key, and the JWKS holds the secret too (mode 0600).";

// Makes the key. A secret for HS* is base64url text, longer than the hash, so that its file can be copied and pasted.
Result<KeyPair> make_pair(const KeygenArguments& flags) {
  Result<KeyPair> pair = KeyPair::generate(flags.algorithm, flags.bits);
  if (!pair || info(flags.algorithm).key_type != KeyType::oct) return pair;
  return KeyPair::from_private(codec::base64url_encode(pair->private_pem()), flags.algorithm);
}

// Two paths may name one file in different ways. Writing the public key over the private one would lose the key.
bool same_file(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  std::error_code ignored;
  const auto place = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  };
  return !place(a).empty() && place(a) == place(b);  // an empty place cannot be looked up; writing to it will fail
}

int run(Arguments& arguments) {
  const KeygenArguments& flags = arguments.keygen;
  const bool secret = info(flags.algorithm).key_type == KeyType::oct;
  if (secret && !flags.public_path.empty()) {
    return fail("keygen", "--public: " + std::string(to_string(flags.algorithm)) + " has no public key; leave it out");
  }
  if (!secret && flags.public_path.empty()) return fail("keygen", "--public is missing; give a PATH");
  if (same_file(flags.private_path, flags.public_path) || same_file(flags.private_path, flags.jwks_path) ||
      same_file(flags.public_path, flags.jwks_path)) {
    return fail("keygen", "--private, --public and --jwks must name different files");
  }
  Result<KeyPair> pair = make_pair(flags);
  if (!pair) return fail("keygen", pair.error());

  const std::string jwks = pair->jwks(flags.kid) + "\n";
  const auto with_flag = [](const Error& error) {
    return error.message + (error.field == "overwrite" ? "; --force replaces it" : "");
  };
  if (Result<void> ok = mint::write_private_file(flags.private_path, pair->private_pem(), flags.force); !ok) {
    return fail("keygen", "--private: " + with_flag(ok.error()));
  }
  Result<void> ok;
  if (!secret) ok = mint::write_public_file(flags.public_path, pair->public_pem());
  if (ok && !flags.jwks_path.empty()) {
    ok = secret ? mint::write_private_file(flags.jwks_path, jwks, flags.force)
                : mint::write_public_file(flags.jwks_path, jwks);
  }
  if (!ok) {
    // A private key without its public half is useless, and the next attempt would refuse to replace it.
    if (!flags.force) ::unlink(flags.private_path.c_str());
    return fail("keygen", with_flag(ok.error()));
  }
  std::fprintf(stderr, "assay: wrote %s (private, mode 0600)%s%s%s%s\n", flags.private_path.c_str(), secret ? "" : ", ",
               flags.public_path.c_str(), flags.jwks_path.empty() ? "" : ", ", flags.jwks_path.c_str());
  return 0;
}

}  // namespace

Command keygen_command() {
  return {.name = "keygen",
          .summary = "Make a key pair: private PEM, public PEM, public JWKS",
          .footer = kExamples,
          .run = run};
}

}  // namespace assay::cli
