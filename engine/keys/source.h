// Reads one source of keys: a text, a file or a URL.
//
// All input of this room happens here. Free functions, thread safe. Errors begin with the source's name.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assay/key_set.h"
#include "assay/result.h"
#include "base/wipe.h"
#include "keys/clock.h"
#include "trust/dated_name.h"
#include "trust/issuers.h"
#include "trust/revocation_list.h"

namespace assay::keys {

// What a source gave when it was read.
struct Content {
  std::string text;                                          // of a secret file: without its final newline
  Clock::time_point fresh_until = Clock::time_point::max();  // from then on a URL should be fetched again
  // One set of several that `text` holds.
  struct Part {
    std::string name;  // for messages
    std::size_t begin = 0, size = 0;
    trust::DatedName dated;
  };
  std::vector<Part> parts;  // of a folder of snapshots, in the order of their times; else empty
  std::string signer;       // the file of KeySource::signed_by
  std::shared_ptr<const trust::RevocationList> revoked = {};  // of a list of revoked tokens, instead of its text

  explicit Content(std::string read, Clock::time_point until = Clock::time_point::max()) noexcept
      : text(std::move(read)), fresh_until(until) {}
  Content() = default;
  Content(const Content&) = default;
  Content(Content&&) noexcept = default;
  Content& operator=(const Content&) = default;
  Content& operator=(Content&&) noexcept = default;
  ~Content() { base::wipe(text); }  // it may be a secret, or a set that holds one
};

// What one source gave, for people: summaries and the program name keys by it.
struct SourceReport {
  // An entry of a key set that was left out.
  struct Skipped {
    std::uint32_t position = 0;  // in the first set that has it, from 1
    std::optional<std::string> kid;
    std::string why;
    std::size_t sets = 1;  // of a folder of snapshots: how many of them have it
  };
  // A dated snapshot.
  struct Part {
    std::string name;
    trust::DatedName dated;
  };
  static constexpr std::size_t kMostSkipped = 10'000;

  KeySource::Kind kind = KeySource::Kind::jwks_file;
  std::string name;
  trust::IssuerIndex issuer = trust::kNoIssuer;
  std::vector<Part> parts;       // of a folder of snapshots, by series and time; else empty
  std::size_t entries = 0;       // of a list of revoked tokens or a table of static tokens
  std::vector<Skipped> skipped;  // the first kMostSkipped, equal ones of several snapshots once
  std::size_t more_skipped = 0;
  std::vector<std::string> remarks;  // on the source as a whole
  std::optional<Error> fault;        // why it gave nothing, or not all; only of survey_sources (snapshot.h)
};

constexpr bool is_key_set(KeySource::Kind kind) noexcept {
  using Kind = KeySource::Kind;
  return kind == Kind::jwks_text || kind == Kind::jwks_file || kind == Kind::jwks_url;
}
constexpr bool is_public_key(KeySource::Kind kind) noexcept {
  return kind == KeySource::Kind::public_key_text || kind == KeySource::Kind::public_key_file;
}
constexpr bool is_secret(KeySource::Kind kind) noexcept {
  return kind == KeySource::Kind::secret_text || kind == KeySource::Kind::secret_file;
}
constexpr bool is_static_table(KeySource::Kind kind) noexcept {
  return kind == KeySource::Kind::static_tokens_text || kind == KeySource::Kind::static_tokens_file;
}

constexpr bool is_revocation_list(KeySource::Kind kind) noexcept { return kind == KeySource::Kind::revoked_file; }

// The source's name in messages: its own, else its path or shown_url() of its URL, else words such as "the key set".
std::string name_of(const KeySource& source);

// Checks what needs no reading: the form of a URL.
Result<void> check_source(const KeySource& source, const FetchOptions& options);

// Reads the source. A jwks_file that is a folder gives the snapshots in it; one that does not exist, and whose name is
// that of snapshots in its folder ("archive/login" for archive/login-2026-11-24.json), gives those. Blocks as long as
// fetch_jwks or read_key_file does; `stop`, set by another thread, ends both early.
Result<Content> read_source(const KeySource& source, const FetchOptions& options, const std::atomic<bool>& stop);

}  // namespace assay::keys
