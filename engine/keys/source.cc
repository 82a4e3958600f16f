#include "keys/source.h"

#include <cstddef>
#include <fstream>
#include <optional>
#include <utility>

#include "jose/secret_coding.h"
#include "jose/secret_text.h"
#include "keys/jwks_client.h"

namespace assay::keys {
namespace {

using Kind = KeySource::Kind;

constexpr std::size_t kMaxFileMib = 256;
constexpr std::size_t kMaxListMib = 4096;  // of revoked tokens

bool is_file(Kind kind) noexcept {
  return kind == Kind::jwks_file || kind == Kind::public_key_file || kind == Kind::secret_file ||
         kind == Kind::static_tokens_file || kind == Kind::revoked_file;
}

Result<std::string> read_file(const std::string& path, const std::string& name, std::size_t max_mib) {
  const std::size_t max_bytes = max_mib << 20;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  char block[1 << 16];
  while (file && text.size() <= max_bytes) {
    file.read(block, sizeof block);
    text.append(block, static_cast<std::size_t>(file.gcount()));
  }
  if (file.eof()) return text;
  if (text.size() > max_bytes)
    return Error{name + ": larger than " + std::to_string(max_mib) + " MiB; is this the right file?", "keys"};
  return Error{name + ": cannot be read; check the path and its permissions", "keys"};
}

}  // namespace

std::string name_of(const KeySource& source) {
  if (!source.name.empty()) return source.name;
  if (is_file(source.kind) || source.kind == Kind::jwks_url) return source.value;
  if (is_key_set(source.kind)) return "the key set";
  if (is_public_key(source.kind)) return "the public key";
  return is_secret(source.kind) ? "the secret" : "the static tokens";
}

Result<void> check_source(const KeySource& source, const FetchOptions& options) {
  return source.kind == Kind::jwks_url ? check_jwks_url(source.value, options) : Result<void>();
}

Result<Content> read_source(const KeySource& source, const FetchOptions& options, const std::atomic<bool>& stop) {
  if (source.kind == Kind::jwks_url) {
    Result<FetchedSet> fetched = fetch_jwks(source.value, options, stop);
    if (!fetched) return fetched.error();
    return Content{std::move(fetched->body), after(Clock::now(), fetched->max_age_seconds)};
  }
  if (!is_file(source.kind)) return Content{source.value};
  const bool is_list = is_revocation_list(source.kind);
  Result<std::string> text = read_file(source.value, name_of(source), is_list ? kMaxListMib : kMaxFileMib);
  if (!text) return is_list ? Error{text.error().message, "policy.revoked"} : text.error();
  if (is_list) {
    Result<std::shared_ptr<const RevocationList>> list = RevocationList::parse(*text, name_of(source));
    if (!list) return list.error();
    Content content;
    content.revoked = *std::move(list);
    return content;
  }
  if (source.kind == Kind::secret_file && source.encoding != SecretEncoding::raw) {
    std::optional<std::string> secret = jose::decode_secret(*text, source.encoding);
    const char* const name = source.encoding == SecretEncoding::hex ? "hex" : "base64";
    if (!secret) return Error{name_of(source) + ": is not " + name + "; give the encoding that it has", "keys"};
    return Content{*std::move(secret)};
  }
  if (source.kind == Kind::secret_file) text->resize(jose::secret_of_file(*text).size());
  return Content{*std::move(text)};
}

}  // namespace assay::keys
