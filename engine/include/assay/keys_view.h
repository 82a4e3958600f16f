// Which keys a verifier's options give: from where, for what, from when to when, and what is weak about them.
//
//   auto view = assay::view_keys(options);
//   if (!view) return complain(view.error().message);
//   for (const assay::KeyView& key : view->keys) show(key);
//
// Plain values, for people and for programs that watch over keys. Nothing here holds a secret or a hash of one. Kids,
// names and texts come from files and servers: escape them before a terminal or a page shows them.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"
#include "assay/key_set.h"
#include "assay/result.h"

namespace assay {

struct JwtVerifierOptions;

// When a series of dated snapshots had a key. A snapshot proves that the key was published at its time; in between the
// state is inferred: the key appeared between `before` and `first`, and was taken out between `last` and `after`.
struct KeyAppearance {
  std::string source;             // the folder, as it was given
  std::string series;             // the NAME of its snapshots
  std::optional<Instant> before;  // the snapshot right before `first`; nothing: `first` is the earliest
  Instant first, last;            // the first and the last snapshot with the key
  std::optional<Instant> after;   // the snapshot right after `last`; nothing: `last` is the latest
  std::size_t snapshots = 0;      // that have the key
  std::size_t of = 0;             // all from `first` to `last`

  friend auto operator<=>(const KeyAppearance&, const KeyAppearance&) = default;
};

// A border of a key's window that someone states.
struct KeyBorder {
  enum class Kind : std::uint8_t { not_before, retired_at, compromised_at };
  Kind kind = Kind::not_before;
  Instant at;
  std::string where;  // the entry of the trust file: "assay.toml:14"; empty: the key set says so
};

// A key that can be used. Equal keys of one issuer and kid are one.
struct KeyView {
  std::optional<std::string> kid;
  KeyType type = KeyType::RSA;
  Curve curve = Curve::none;
  // RSA: of the modulus. A secret: 512, 384 or 256 if it has at least so many, else 0. Other keys: 0, the curve says
  // it.
  std::size_t bits = 0;
  std::vector<Algorithm> algorithms;  // that it may serve; empty: the policy allows none of the key's
  std::string thumbprint;  // RFC 7638 with SHA-256, in base64url; empty for a secret, which it would help to guess
  std::string issuer;      // empty: it serves every issuer
  std::vector<std::size_t> sources;       // that have it: places in KeysView::sources
  std::vector<KeyBorder> borders;         // in the order of time
  std::string note;                       // of the trust file, on the borders
  std::vector<KeyAppearance> published;   // in dated snapshots
  std::vector<std::string> weaknesses;    // "published with its private part"
  std::vector<std::string> also_keys_of;  // other issuers with the same key
};

// A source of keys, or a list of tokens.
struct SourceView {
  // An entry that cannot be used.
  struct Skipped {
    std::uint32_t position = 0;  // in its set, from 1
    std::optional<std::string> kid;
    std::string why;       // with the mend, if there is one
    std::size_t sets = 1;  // of a folder of snapshots: how many of them have it
  };

  KeySource::Kind kind = KeySource::Kind::jwks_file;
  std::string name;                    // its path, or its URL without credentials
  std::string issuer;                  // empty: its keys serve every issuer
  std::size_t keys = 0;                // different ones that can be used
  std::size_t entries = 0;             // of a list of revoked tokens or a table of static tokens
  std::size_t snapshots = 0;           // of a folder
  std::optional<Instant> first, last;  // of the snapshots
  std::vector<Skipped> skipped;        // at most 10,000
  std::size_t more_skipped = 0;        // left out of `skipped`
  std::vector<std::string> remarks;    // on the source as a whole
  std::optional<Error> fault;          // why it gave nothing, or not all; a verifier would not start
};

struct KeysView {
  std::vector<SourceView> sources;  // in the order of the options, those of issuers behind the others
  std::vector<KeyView> keys;        // in the order of their sources
  // Keys of which the trust file knows something, and that no source has. A verifier would not start.
  std::vector<Error> unknown_keys;
};

// Reads every source, as JwtVerifier::create does, and goes on where a source is at fault. The error says what is wrong
// with the options themselves: no sources, two issuers of one name, a URL that is none. Throws only std::bad_alloc.
Result<KeysView> view_keys(const JwtVerifierOptions& options);

}  // namespace assay
