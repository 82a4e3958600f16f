#include "keys/source.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "jwk/secret_coding.h"
#include "jwk/secret_text.h"
#include "keys/jwks_client.h"
#include "keys/key_file.h"

namespace assay::keys {
namespace {

using Kind = KeySource::Kind;

constexpr std::size_t kMaxListBytes = std::size_t{4} << 30;  // of revoked tokens

bool is_file(Kind kind) noexcept {
  return kind == Kind::jwks_file || kind == Kind::public_key_file || kind == Kind::secret_file ||
         kind == Kind::static_tokens_file || kind == Kind::revoked_file;
}

}  // namespace

std::string name_of(const KeySource& source) {
  if (!source.name.empty()) return source.name;
  if (source.kind == Kind::jwks_url) return shown_url(source.value);
  if (is_file(source.kind)) return source.value;
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
  Result<std::string> text =
      read_key_file(source.value, name_of(source), stop, is_list ? kMaxListBytes : kMaxKeyFileBytes);
  if (!text) return is_list ? Error{text.error().message, "policy.revoked"} : text.error();
  if (is_list) {
    Result<std::shared_ptr<const trust::RevocationList>> list = trust::RevocationList::parse(*text, name_of(source));
    if (!list) return list.error();
    Content content;
    content.revoked = *std::move(list);
    return content;
  }
  if (source.kind == Kind::secret_file && source.encoding != SecretEncoding::raw) {
    std::optional<std::string> secret = jwk::decode_secret(*text, source.encoding);
    const char* const name = source.encoding == SecretEncoding::hex ? "hex" : "base64";
    if (!secret) return Error{name_of(source) + ": is not " + name + "; give the encoding that it has", "keys"};
    return Content{*std::move(secret)};
  }
  if (source.kind == Kind::secret_file) text->resize(jwk::secret_of_file(*text).size());
  return Content{*std::move(text)};
}

}  // namespace assay::keys
