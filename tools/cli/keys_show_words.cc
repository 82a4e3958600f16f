#include "keys_show_words.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "codec/json.h"
#include "console.h"
#include "jose/token_material.h"
#include "page/numbers.h"
#include "wrapping.h"

namespace assay::cli {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kKidWidth = 20, kTypeWidth = 9;  // columns of the table of keys
constexpr std::size_t kMostKid = 200;                  // bytes of a kid that the page shows
constexpr std::size_t kMostSkipped = 50;               // entries of a source that the page shows

// A token that was given as a file's name stands in messages, too.
std::string shown(std::string_view text) { return safe(jose::without_token_material(text)); }

std::string counted(std::size_t count, const std::string& one, const std::string& many) {
  return with_commas(count) + " " + (count == 1 ? one : many);
}

std::string quoted(std::string_view text) {
  std::string json;
  codec::append_json_string(json, text);
  return safe(json);
}

// As it is if it is one plain word, so that a foreign text cannot look like a part of the page; else in quotes.
std::string shown_kid(const std::optional<std::string>& kid) {
  if (!kid) return "(no kid)";
  const bool is_plain = !kid->empty() && std::all_of(kid->begin(), kid->end(), [](char c) {
    return c > ' ' && c < 0x7F && c != '"' && c != '\\';
  });
  if (kid->size() > kMostKid) return quoted(kid->substr(0, kMostKid)) + "...";
  return is_plain ? *kid : quoted(*kid);
}

std::string type_of(const KeyView& key) {
  if (key.type == KeyType::oct) return "secret";
  if (key.type == KeyType::RSA) return "RSA " + std::to_string(key.bits);
  return std::string(to_string(key.curve));
}

std::string names_of(const std::vector<Algorithm>& algorithms) {
  std::string names;
  for (const Algorithm algorithm : algorithms) names.append(names.empty() ? "" : " ").append(to_string(algorithm));
  return names;
}

std::string padded(std::string text, std::size_t width) {
  text.append(width - std::min(width, page::width_of(text)), ' ');
  return text;
}

// "key 3 (kid "old"): use is enc: the key is not for signatures".
std::string words_of(const SourceView::Skipped& entry) {
  std::string text = "key " + std::to_string(entry.position);
  if (entry.kid) text += " (kid " + quoted(entry.kid->substr(0, kMostKid)) + ")";
  text += ": " + shown(entry.why);
  if (entry.sets > 1) text += " (in " + with_commas(entry.sets) + " snapshots)";
  return text;
}

// "2 keys, 1 skipped; 3 snapshots from 2026-11-22T00:00:00Z to 2026-11-24T12:00:00Z".
std::string contents_of(const SourceView& source) {
  using Kind = KeySource::Kind;
  if (source.kind == Kind::revoked_file) return counted(source.entries, "revoked token", "revoked tokens");
  if (source.kind == Kind::static_tokens_file || source.kind == Kind::static_tokens_text)
    return counted(source.entries, "static token, for development only", "static tokens, for development only");
  std::string text = counted(source.keys, "key", "keys");
  const std::size_t skipped = source.skipped.size() + source.more_skipped;
  if (skipped > 0) text += ", " + with_commas(skipped) + " skipped";
  if (source.snapshots > 0) {
    text += "; " + counted(source.snapshots, "snapshot", "snapshots");
    text += source.snapshots == 1 ? " of " + to_rfc3339(*source.first)
                                  : " from " + to_rfc3339(*source.first) + " to " + to_rfc3339(*source.last);
  }
  return text;
}

void append_source(std::string& to, const SourceView& source) {
  std::string line = shown(source.name) + ": ";
  line += source.fault && source.keys == 0 && source.entries == 0 ? "cannot be used" : contents_of(source);
  append_wrapped(to, "  ", line, kWidth);
  const auto add = [&to](const std::string& text) { append_wrapped(to, "    - ", text, kWidth); };
  for (const std::string& remark : source.remarks) add(shown(remark));
  const std::size_t listed = std::min(source.skipped.size(), kMostSkipped);
  for (std::size_t i = 0; i < listed; ++i) add("skipped: " + words_of(source.skipped[i]));
  const std::size_t more = source.skipped.size() - listed + source.more_skipped;
  if (more > 0) add(with_commas(more) + " more skipped; --json lists them");
}

// A moment of a key's time, and what happens then.
struct Event {
  Instant at;
  std::string words;
};

std::string words_of(const KeyBorder& border) {
  const char* what = border.kind == KeyBorder::Kind::not_before   ? "valid from here on"
                     : border.kind == KeyBorder::Kind::retired_at ? "retired"
                                                                  : "compromised";
  return std::string(what) + " (stated by " + (border.where.empty() ? "its key set" : shown(border.where)) + ")";
}

// What the snapshots show, and what they leave to be inferred.
void add_appearance(std::vector<Event>& events, const KeyAppearance& seen) {
  const std::string series = quoted(seen.series);
  std::string gaps;
  if (seen.snapshots < seen.of) {
    const std::size_t without = seen.of - seen.snapshots;
    gaps = "; " + with_commas(without) + (without == 1 ? " snapshot" : " snapshots") + " in between " +
           (without == 1 ? "lacks" : "lack") + " it";
  }
  events.push_back(
      {seen.first, seen.before ? "first seen in " + series + "; inferred: published after " + to_rfc3339(*seen.before)
                               : "seen in the earliest snapshot of " + series + "; it may be older"});
  events.push_back(
      {seen.last, (seen.after ? "last seen in " + series + "; inferred: taken out before " + to_rfc3339(*seen.after)
                              : "seen in the latest snapshot of " + series) +
                      gaps});
}

std::vector<Event> events_of(const KeyView& key) {
  std::vector<Event> events;
  for (const KeyAppearance& seen : key.published) add_appearance(events, seen);
  for (const KeyBorder& border : key.borders) events.push_back({border.at, words_of(border)});
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.at < b.at; });
  return events;
}

void append_row(std::string& to, const KeyView& key) {
  std::string size = key.thumbprint;
  if (key.type == KeyType::oct)
    size = key.bits == 0 ? "of fewer than 256 bits" : "of at least " + std::to_string(key.bits) + " bits";
  const std::string kid = shown_kid(key.kid);
  to += "  " + padded(kid, kKidWidth);
  if (page::width_of(kid) > kKidWidth) to += "\n  " + std::string(kKidWidth, ' ');
  to += "  " + padded(type_of(key), kTypeWidth) + "  " + size + "\n";
}

void append_key(std::string& to, const KeyView& key, const std::vector<SourceView>& sources) {
  append_row(to, key);
  const auto add = [&to](const char* label, const std::string& text) {
    append_wrapped(to, "      " + padded(label, 8), text, kWidth);
  };
  add("serves",
      key.algorithms.empty() ? "nothing: the policy allows none of its algorithms" : names_of(key.algorithms));
  std::string from;
  for (const std::size_t source : key.sources) from += (from.empty() ? "" : ", ") + shown(sources[source].name);
  add("from", from);
  const char* label = "times";
  for (const Event& event : events_of(key)) {
    append_wrapped(to, "      " + padded(label, 8) + to_rfc3339(event.at) + "  ", event.words, kWidth);
    label = "";
  }
  if (!key.note.empty()) add("note", shown(key.note));
  for (const std::string& weakness : key.weaknesses) add("weak", shown(weakness));
  for (const std::string& issuer : key.also_keys_of) add("also", "the same key serves " + shown(issuer));
}

std::string heading_of(const std::string& issuer, bool has_issuers) {
  if (!issuer.empty()) return "Keys of " + shown(issuer);
  return has_issuers ? "Keys that serve every issuer" : "Keys";
}

// An object in which what is unknown is null.
class Members : public codec::JsonObject {
 public:
  using JsonObject::JsonObject;

  // null if it is absent.
  void known_text(std::string_view member, const std::optional<std::string>& known) {
    if (known) return text(member, *known);
    name(member) += "null";
  }
  // null if it is empty.
  void some_text(std::string_view member, std::string_view some) {
    if (!some.empty()) return text(member, some);
    name(member) += "null";
  }
  void time(std::string_view member, const std::optional<Instant>& at) {
    some_text(member, at ? to_rfc3339(*at) : std::string());
  }
  template <class Items, class Append>
  void list(std::string_view member, const Items& items, Append append) {
    std::string& to = name(member) += '[';
    codec::append_list(to, items, append);
    to += ']';
  }
  void texts(std::string_view member, const std::vector<std::string>& items) {
    std::string& to = name(member) += '[';
    codec::append_list(to, items, [&to](const std::string& item) { codec::append_json_string(to, item); });
    to += ']';
  }
};

const char* name_of(KeySource::Kind kind) {
  switch (kind) {
    case KeySource::Kind::jwks_text:
    case KeySource::Kind::jwks_file:
    case KeySource::Kind::jwks_url:
      return "jwks";
    case KeySource::Kind::public_key_text:
    case KeySource::Kind::public_key_file:
      return "public_key";
    case KeySource::Kind::secret_text:
    case KeySource::Kind::secret_file:
      return "secret";
    case KeySource::Kind::static_tokens_text:
    case KeySource::Kind::static_tokens_file:
      return "static_tokens";
    case KeySource::Kind::revoked_file:
      return "revoked";
  }
  return "";
}

const char* name_of(KeyBorder::Kind kind) {
  return kind == KeyBorder::Kind::not_before   ? "not_before"
         : kind == KeyBorder::Kind::retired_at ? "retired_at"
                                               : "compromised_at";
}

void append_source_json(std::string& to, const SourceView& source) {
  Members members(to);
  members.text("name", jose::without_token_material(source.name));
  members.text("kind", name_of(source.kind));
  members.some_text("issuer", source.issuer);
  members.number("keys", source.keys);
  members.number("entries", source.entries);
  members.number("snapshots", source.snapshots);
  members.time("first", source.first);
  members.time("last", source.last);
  members.list("skipped", source.skipped, [&to](const SourceView::Skipped& entry) {
    Members skipped(to);
    skipped.number("position", entry.position);
    skipped.known_text("kid", entry.kid);
    skipped.text("why", entry.why);
    skipped.number("sets", entry.sets);
  });
  members.number("more_skipped", source.more_skipped);
  members.texts("remarks", source.remarks);
  members.some_text("fault", source.fault ? jose::without_token_material(source.fault->message) : std::string());
}

void append_key_json(std::string& to, const KeyView& key, const std::vector<SourceView>& sources) {
  Members members(to);
  members.known_text("kid", key.kid);
  members.text("type", to_string(key.type));
  members.some_text("curve", key.curve == Curve::none ? std::string_view() : to_string(key.curve));
  members.number("bits", key.bits);
  members.list("algorithms", key.algorithms,
               [&to](Algorithm algorithm) { codec::append_json_string(to, to_string(algorithm)); });
  members.some_text("thumbprint", key.thumbprint);
  members.some_text("issuer", key.issuer);
  members.list("sources", key.sources, [&](std::size_t source) {
    codec::append_json_string(to, jose::without_token_material(sources[source].name));
  });
  members.list("window", key.borders, [&to](const KeyBorder& border) {
    Members one(to);
    one.text("border", name_of(border.kind));
    one.text("at", to_rfc3339(border.at));
    one.text("stated_by", border.where.empty() ? std::string_view("key_set") : std::string_view(border.where));
  });
  members.list("published", key.published, [&to](const KeyAppearance& seen) {
    Members one(to);
    one.text("source", seen.source);
    one.text("series", seen.series);
    one.time("before", seen.before);
    one.time("first", seen.first);
    one.time("last", seen.last);
    one.time("after", seen.after);
    one.number("snapshots", seen.snapshots);
    one.number("of", seen.of);
  });
  members.some_text("note", key.note);
  members.texts("weaknesses", key.weaknesses);
  members.texts("also_keys_of", key.also_keys_of);
}

}  // namespace

std::string keys_page(const KeysView& view) {
  std::string page = "Sources\n";
  for (const SourceView& source : view.sources) append_source(page, source);
  const bool has_issuers = std::any_of(view.sources.begin(), view.sources.end(),
                                       [](const SourceView& source) { return !source.issuer.empty(); });
  const std::string* issuer = nullptr;
  for (const KeyView& key : view.keys) {
    if (issuer == nullptr || *issuer != key.issuer) page += "\n" + heading_of(key.issuer, has_issuers) + "\n";
    issuer = &key.issuer;
    append_key(page, key, view.sources);
  }
  return page;
}

std::string keys_json(const KeysView& view) {
  std::string json;
  {
    Members members(json);
    members.list("sources", view.sources, [&json](const SourceView& source) {
      json += '\n';
      append_source_json(json, source);
    });
    json += '\n';
    members.list("keys", view.keys, [&](const KeyView& key) {
      json += '\n';
      append_key_json(json, key, view.sources);
    });
    json += '\n';
    members.list("unknown_keys", view.unknown_keys,
                 [&json](const Error& unknown) { codec::append_json_string(json, unknown.message); });
  }
  return json + "\n";
}

}  // namespace assay::cli
