#include "keys/source.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "jwk/secret_coding.h"
#include "jwk/secret_text.h"
#include "keys/jwks_client.h"
#include "keys/key_file.h"
#include "trust/dated_name.h"

namespace assay::keys {
namespace {

using Kind = KeySource::Kind;

constexpr std::size_t kMaxListBytes = std::size_t{4} << 30;  // of revoked tokens

bool is_file(Kind kind) noexcept {
  return kind == Kind::jwks_file || kind == Kind::public_key_file || kind == Kind::secret_file ||
         kind == Kind::static_tokens_file || kind == Kind::revoked_file;
}

constexpr std::size_t kMostSnapshots = 100'000;
constexpr std::size_t kMostSnapshotBytes = std::size_t{1} << 30;  // of all together

// A dated snapshot in a folder.
struct DatedFile {
  trust::DatedName name;
  std::string path;
};

// The folder and the series that a path of a key set means: "archive/" is all series of the folder, "archive/login"
// one. Nothing: it is a file.
std::optional<std::pair<std::filesystem::path, std::string>> folder_of(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::path whole(path);
  if (std::filesystem::is_directory(whole, ignored)) return std::pair(whole, std::string());
  if (std::filesystem::exists(whole, ignored) || !whole.has_filename()) return std::nullopt;
  const std::filesystem::path folder = whole.has_parent_path() ? whole.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder, ignored)) return std::nullopt;
  return std::pair(folder, whole.filename().string());
}

// The snapshots of a series (empty: all) in a folder, by series and time.
std::vector<DatedFile> snapshots_in(const std::filesystem::path& folder, const std::string& series,
                                    std::error_code& error) {
  std::vector<DatedFile> found;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::optional<trust::DatedName> name = trust::parse_dated_name(entry->path().filename().string());
    if (name && (series.empty() || name->series == series) && found.size() < kMostSnapshots)
      found.push_back({*std::move(name), entry->path().string()});
  }
  std::sort(found.begin(), found.end(), [](const DatedFile& a, const DatedFile& b) {
    return std::tie(a.name.series, a.name.at, a.path) < std::tie(b.name.series, b.name.at, b.path);
  });
  return found;
}

// Reads all snapshots. An issuer's keys are those of one series.
Result<Content> read_snapshots(const KeySource& source, const std::filesystem::path& folder, const std::string& series,
                               const std::atomic<bool>& stop) {
  const std::string name = name_of(source);
  std::error_code error;
  const std::vector<DatedFile> snapshots = snapshots_in(folder, series, error);
  if (error) return Error{name + ": cannot be read: " + error.message() + "; check the path", "keys"};
  if (snapshots.empty())
    return Error{name + ": is a folder without dated snapshots; name them such as login-2026-11-24.json", "keys"};
  const std::string& first = snapshots.front().name.series;
  const std::string& last = snapshots.back().name.series;
  if (source.issuer && first != last) {
    return Error{name + ": holds snapshots of several series, and an issuer has one; give " +
                     (folder / first).string() + " or " + (folder / last).string(),
                 "keys"};
  }
  Content content;
  for (const DatedFile& snapshot : snapshots) {
    Result<std::string> text = read_key_file(snapshot.path, snapshot.path, stop);
    if (!text) return text.error();
    content.parts.push_back({snapshot.path, content.text.size(), text->size(), snapshot.name});
    content.text += *text;
    if (content.text.size() > kMostSnapshotBytes)
      return Error{name + ": the snapshots hold more than 1 GiB; give a folder with fewer", "keys"};
  }
  return content;
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

namespace {

// The secret that is written as `text`.
Result<Content> decoded(const KeySource& source, const std::string& text) {
  std::optional<std::string> secret = jwk::decode_secret(text, source.encoding);
  const char* const name = source.encoding == SecretEncoding::hex ? "hex" : "base64";
  if (!secret) return Error{name_of(source) + ": is not " + name + "; give the encoding that it has", "keys"};
  return Content{*std::move(secret)};
}

Result<Content> read_text(const KeySource& source, const FetchOptions& options, const std::atomic<bool>& stop) {
  if (source.kind == Kind::jwks_url) {
    Result<FetchedSet> fetched = fetch_jwks(source.value, options, stop);
    if (!fetched) return fetched.error();
    return Content{std::move(fetched->body), after(Clock::now(), fetched->max_age_seconds)};
  }
  if (source.kind == Kind::secret_text && source.encoding != SecretEncoding::raw) return decoded(source, source.value);
  if (!is_file(source.kind)) return Content{source.value};
  if (source.kind == Kind::jwks_file) {
    if (const auto folder = folder_of(source.value)) {
      Result<Content> content = read_snapshots(source, folder->first, folder->second, stop);
      // A path that names neither a file nor a series is a file that is missing.
      if (content || folder->second.empty()) return content;
    }
  }
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
  if (source.kind == Kind::secret_file && source.encoding != SecretEncoding::raw) return decoded(source, *text);
  if (source.kind == Kind::secret_file) text->resize(jwk::secret_of_file(*text).size());
  return Content{*std::move(text)};
}

}  // namespace

Result<Content> read_source(const KeySource& source, const FetchOptions& options, const std::atomic<bool>& stop) {
  Result<Content> content = read_text(source, options, stop);
  if (!content || source.signed_by.empty()) return content;
  Result<std::string> signer = read_key_file(source.signed_by, source.signed_by, stop);
  if (!signer) return signer.error();
  content->signer = *std::move(signer);
  return content;
}

}  // namespace assay::keys
