#include "keys/source.h"

#include <utility>

#include "jose/secret_text.h"
#include "keys/jwks_client.h"
#include "keys/key_file.h"

namespace assay::keys {
namespace {

using Kind = KeySource::Kind;

bool is_file(Kind kind) noexcept {
  return kind == Kind::jwks_file || kind == Kind::public_key_file || kind == Kind::secret_file ||
         kind == Kind::static_tokens_file;
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
  Result<std::string> text = read_key_file(source.value, name_of(source), stop);
  if (!text) return text.error();
  if (source.kind == Kind::secret_file) text->resize(jose::secret_of_file(*text).size());
  return Content{*std::move(text)};
}

}  // namespace assay::keys
