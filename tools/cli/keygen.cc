// assay keygen: a key pair as files.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

#include "assay/key_pair.h"
#include "codec/base64url.h"
#include "command.h"
#include "console.h"
#include "flags.h"
#include "mint/key_files.h"

namespace assay::cli {
namespace {

struct KeygenFlags {
  std::string algorithm = "RS256";
  int bits = 2048;
  std::string kid, private_path, public_path, jwks_path;
  bool force = false;
};

constexpr const char* kExamples =
    "Examples:\n"
    "  assay keygen --private key.pem --public key.pub.pem --jwks jwks.json --kid k1\n"
    "  assay keygen --algorithm ES256 --private es.pem --public es.pub.pem\n"
    "  assay keygen --algorithm HS256 --private secret.txt\n"
    "For HS256, HS384 and HS512 the private file is the secret as printable text, without a newline; there is no "
    "public\n"
    "key, and the JWKS holds the secret too (mode 0600).";

// HS*: the secret as base64url text, longer than the hash, so that the file can be read, copied and pasted.
Result<KeyPair> make_pair(const KeygenFlags& flags, Algorithm algorithm) {
  Result<KeyPair> pair = KeyPair::generate(algorithm, flags.bits);
  if (!pair || info(algorithm).key_type != KeyType::oct) return pair;
  return KeyPair::from_private(codec::base64url_encode(pair->private_pem()), algorithm);
}

// However they are spelled: writing the public half over the private one would lose the key.
bool same_file(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  std::error_code ignored;
  const auto place = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
  };
  return !place(a).empty() && place(a) == place(b);  // empty: cannot be looked up, as the writing will tell
}

int run_keygen(const KeygenFlags& flags) {
  const std::optional<Algorithm> algorithm = algorithm_from_string(flags.algorithm);
  if (!algorithm)
    return fail("keygen", "--algorithm " + flags.algorithm + ": no such algorithm; RS256, ES256, EdDSA, ...");
  const bool secret = info(*algorithm).key_type == KeyType::oct;
  if (secret && !flags.public_path.empty()) {
    return fail("keygen", "--public: " + flags.algorithm + " has no public key; leave it out");
  }
  if (!secret && flags.public_path.empty()) return fail("keygen", "--public PATH is missing");
  if (same_file(flags.private_path, flags.public_path) || same_file(flags.private_path, flags.jwks_path) ||
      same_file(flags.public_path, flags.jwks_path)) {
    return fail("keygen", "--private, --public and --jwks must be different files");
  }
  Result<KeyPair> pair = make_pair(flags, *algorithm);
  if (!pair) return fail("keygen", pair.error().message);

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
    // A private key without its public half is of no use, and would stand in the way of the next attempt.
    if (!flags.force) ::unlink(flags.private_path.c_str());
    return fail("keygen", with_flag(ok.error()));
  }
  std::fprintf(stderr, "assay: wrote %s (private, mode 0600)%s%s%s%s\n", flags.private_path.c_str(), secret ? "" : ", ",
               flags.public_path.c_str(), flags.jwks_path.empty() ? "" : ", ", flags.jwks_path.c_str());
  return 0;
}

}  // namespace

void add_keygen(CLI::App& program, int& exit_code) {
  const auto flags = std::make_shared<KeygenFlags>();
  CLI::App& command = *program.add_subcommand("keygen", "Make a key pair: private PEM, public PEM, public JWKS");
  const auto path = [&](const char* name, const char* help, std::string& to) {
    return add_value(command, name, "PATH", help, [name, &to](const std::string& value) {
      if (value.empty()) throw refuse(name, "the path is empty");
      to = value;
    });
  };
  const auto text = [&](const char* name, const char* placeholder, const char* help, std::string& to) {
    add_value(command, name, placeholder, help, [&to](const std::string& value) { to = value; });
  };
  text("--algorithm", "ALG", "RS/PS/ES/HS 256, 384, 512; EdDSA, Ed25519, Ed448; default RS256", flags->algorithm);
  add_value(command, "--bits", "N", "RSA modulus, 2048 to 16384; default 2048",
            [flags = flags.get()](const std::string& value) {
              flags->bits = static_cast<int>(whole_number("--bits", value, 2048, 16384, "bits"));
            });
  text("--kid", "KID", "key id in the JWKS", flags->kid);
  path("--private", "private key (PKCS#8 PEM) or secret, mode 0600", flags->private_path)->required();
  path("--public", "public key (SPKI PEM); replaced when it exists", flags->public_path);
  path("--jwks", "JSON Web Key Set with the public key; replaced when it exists", flags->jwks_path);
  command.add_flag("--force", flags->force, "replace an existing private file");
  command.footer(kExamples);
  command.callback([flags, &exit_code] { exit_code = run_keygen(*flags); });
}

}  // namespace assay::cli
