#include "log/format_pairs.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "log/line_builder.h"

namespace assay::log {
namespace {

// Keys that hold a time; the earlier one counts.
constexpr std::string_view kLogfmtTimes[] = {"ts", "time", "timestamp", "@timestamp", "t", "datetime", "date", "at"};
constexpr std::string_view kCefTimes[] = {"rt", "start", "end", "deviceCustomDate1"};
constexpr std::string_view kLeefTimes[] = {"devTime"};

std::span<const std::string_view> times_of(PairSyntax syntax) noexcept {
  switch (syntax) {
    case PairSyntax::logfmt:
      return kLogfmtTimes;
    case PairSyntax::cef:
      return kCefTimes;
    case PairSyntax::leef:
      return kLeefTimes;
    case PairSyntax::none:
      break;
  }
  return {};
}

using Role = PairRole;
struct RoleKey {
  std::string_view key;
  Role role;
};
constexpr RoleKey kRoles[] = {{"client", Role::client},
                              {"client_ip", Role::client},
                              {"remote_addr", Role::client},
                              {"remote_ip", Role::client},
                              {"remote", Role::client},
                              {"ip", Role::client},
                              {"addr", Role::client},
                              {"src", Role::client},
                              {"fwd", Role::client},
                              {"method", Role::method},
                              {"requestMethod", Role::method},
                              {"url", Role::url},
                              {"uri", Role::url},
                              {"path", Role::url},
                              {"request", Role::url},
                              {"request_uri", Role::url},
                              {"status", Role::status},
                              {"status_code", Role::status},
                              {"code", Role::status}};

static_assert(std::size(kRoles) < 32);

// Null: a key without a role.
const RoleKey* role_of(std::string_view key) noexcept {
  const auto* const known =
      std::find_if(std::begin(kRoles), std::end(kRoles), [&](const RoleKey& row) { return row.key == key; });
  return known == std::end(kRoles) ? nullptr : known;
}

bool is_key_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.' || c == '@' || c == '/';
}

// Calls visit(key, value) for each pair of logfmt. Returns false at the first text that is none, which ends the line.
template <class Visit>
bool walk_logfmt(std::string_view line, Visit&& visit) {
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && line[at] == ' ') ++at;
    const std::size_t key = at;
    while (at < line.size() && is_key_letter(line[at])) ++at;
    if (at == key) return at == line.size();
    const std::string_view name = line.substr(key, at - key);
    if (at == line.size() || line[at] == ' ') continue;  // a key without a value
    if (line[at] != '=') return false;
    std::size_t begin = ++at;
    if (at < line.size() && line[at] == '"') {
      begin = ++at;
      while (at < line.size() && line[at] != '"') at += line[at] == '\\' ? 2 : 1;
      at = std::min(at, line.size());
      visit(name, line.substr(begin, at - begin));
      at = std::min(at + 1, line.size());
    } else {
      while (at < line.size() && line[at] != ' ') ++at;
      visit(name, line.substr(begin, at - begin));
    }
  }
}

// The extension behind the bars of the header; nothing if the line is no CEF or LEEF.
struct Extension {
  std::size_t begin = std::string_view::npos;
  char delimiter = '\0';  // LEEF: between pairs. CEF: none, a pair goes to the next key
};
Extension extension_of(std::string_view line, PairSyntax syntax) noexcept {
  constexpr std::size_t kMostBefore = 256;  // a syslog header
  const std::string_view mark = syntax == PairSyntax::cef ? "CEF:" : "LEEF:";
  std::size_t at = line.substr(0, kMostBefore).find(mark);
  if (at == std::string_view::npos) return {};
  const bool is_second_leef = syntax == PairSyntax::leef && line.substr(at).starts_with("LEEF:2");
  const int bars = syntax == PairSyntax::cef ? 7 : 5;
  for (int i = 0; i < bars; ++at) {
    if (at >= line.size()) return {};
    if (line[at] == '\\') {
      ++at;
    } else if (line[at] == '|') {
      ++i;
    }
  }
  if (syntax == PairSyntax::cef) return {at, '\0'};
  if (!is_second_leef) return {at, '\t'};
  const std::size_t bar = line.find('|', at);
  if (bar == std::string_view::npos) return {at, '\t'};
  return {bar + 1, bar == at + 1 ? line[at] : '\t'};
}

// Calls visit(key, value) for each pair. A '=' in a value is escaped by a backslash; a value may hold blanks.
template <class Visit>
void walk_extension(std::string_view line, Extension extension, Visit&& visit) {
  const char delimiter = extension.delimiter == '\0' ? ' ' : extension.delimiter;
  std::size_t word = extension.begin;  // behind the last delimiter
  std::size_t value = std::string_view::npos;
  std::string_view key;
  for (std::size_t at = extension.begin; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (line[at] == delimiter) {
      word = at + 1;
    } else if (line[at] == '=' && word < at && (value == std::string_view::npos || word > value) &&
               is_key_letter(line[word]) && is_key_letter(line[at - 1])) {
      if (value != std::string_view::npos) visit(key, line.substr(value, word - 1 - value));
      key = line.substr(word, at - word);
      value = at + 1;
    }
  }
  if (value < line.size()) visit(key, line.substr(value));
}

template <class Visit>
void walk_pairs(std::string_view line, PairSyntax syntax, Visit&& visit) {
  if (syntax == PairSyntax::logfmt) {
    walk_logfmt(line, visit);
    return;
  }
  const Extension extension = extension_of(line, syntax);
  if (extension.begin != std::string_view::npos) walk_extension(line, extension, visit);
}

bool is_of(std::string_view line, PairSyntax syntax) {
  if (syntax != PairSyntax::logfmt) return extension_of(line, syntax).begin != std::string_view::npos;
  std::size_t pairs = 0;
  return walk_logfmt(line, [&](std::string_view, std::string_view) { ++pairs; }) && pairs >= 2;
}

class PairFormat final : public FileFormat {
 public:
  PairFormat(PairShape shape, LineTime time, bool needs_zone, bool needs_year)
      : shape_(std::move(shape)), time_(std::move(time)), needs_zone_(needs_zone), needs_year_(needs_year) {}

  std::string_view name() const noexcept override { return name_of(shape_.syntax); }
  bool needs_zone() const noexcept override { return needs_zone_; }
  bool needs_year() const noexcept override { return needs_year_; }

  LineFacts read(std::string_view line, base::Arena& arena) const override {
    LineBuilder to(line, arena);
    if (shape_.time_key.empty()) read_first_time(line, to.facts);
    std::size_t pairs = 0, times = 0, first_time = 0;
    unsigned seen = 0, repeated = 0;  // a bit a role
    walk_pairs(line, shape_.syntax, [&](std::string_view key, std::string_view value) {
      ++pairs;
      if (key == shape_.time_key && times++ == 0) {
        time_.read_whole(value, to.facts);
        first_time = pairs;
      }
      const RoleKey* const known = role_of(key);
      if (known == nullptr) return to.field(sense_of(key), value);
      if (shape_.keys[static_cast<std::size_t>(known->role)] != key) {
        if (known->role == Role::url) to.url_regions(value);
        return;
      }
      const unsigned bit = 1U << static_cast<unsigned>(known - std::begin(kRoles));
      repeated |= (seen & bit) != 0 ? 1U << static_cast<unsigned>(known->role) : 0;
      seen |= bit;
      take(known->role, value, to);
    });
    forget_repeated(repeated, to.facts);
    // Loggers write their own time first. Of two behind other texts, one may have come with such a text.
    if (times > 1 && first_time > 1) to.facts.time.reset();
    return to.finish();
  }

 private:
  // A time that stands before "CEF:", perhaps behind a priority.
  void read_first_time(std::string_view line, LineFacts& facts) const noexcept {
    if (shape_.syntax == PairSyntax::logfmt) return;
    if (line.starts_with('<')) line.remove_prefix(std::min(line.find('>'), line.size() - 1) + 1);
    time_.read_prefix(line, facts);
  }

  // A key that occurs twice may have come with a value that was not quoted, so none of the two is told.
  static void forget_repeated(unsigned roles, LineFacts& facts) noexcept {
    const auto is_repeated = [roles](Role role) { return (roles >> static_cast<unsigned>(role) & 1) != 0; };
    if (is_repeated(Role::client)) facts.client = {};
    if (is_repeated(Role::method)) facts.method = {};
    if (is_repeated(Role::url)) facts.path = {};
    if (is_repeated(Role::status)) facts.status = 0;
  }

  static void take(Role role, std::string_view value, LineBuilder& to) {
    switch (role) {
      case Role::client:
        return to.client(value);
      case Role::method:
        return to.method(value);
      case Role::url:
        return to.url(value);
      case Role::status:
        return to.status(value);
    }
  }

  PairShape shape_;
  LineTime time_;
  bool needs_zone_, needs_year_;
};

}  // namespace

std::string_view name_of(PairSyntax syntax) noexcept {
  switch (syntax) {
    case PairSyntax::logfmt:
      return "logfmt";
    case PairSyntax::cef:
      return "CEF";
    case PairSyntax::leef:
      return "LEEF";
    case PairSyntax::none:
      break;
  }
  return "unknown";
}

namespace {

void learn_keys(PairShape& shape, std::span<const std::string_view> lines) {
  std::array<std::size_t, std::size(kRoles)> counts{};
  for (const std::string_view line : lines) {
    walk_pairs(line, shape.syntax, [&](std::string_view key, std::string_view) {
      if (const RoleKey* const known = role_of(key)) ++counts[static_cast<std::size_t>(known - std::begin(kRoles))];
    });
  }
  std::array<std::size_t, kPairRoles> most{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto role = static_cast<std::size_t>(kRoles[i].role);
    if (counts[i] <= most[role]) continue;
    most[role] = counts[i];
    shape.keys[role] = kRoles[i].key;
  }
}

}  // namespace

PairShape pair_shape_of(std::span<const std::string_view> lines, const LineTime& times) {
  PairShape shape;
  std::size_t most = 0;
  for (const PairSyntax syntax : {PairSyntax::logfmt, PairSyntax::cef, PairSyntax::leef}) {
    const auto count = static_cast<std::size_t>(
        std::count_if(lines.begin(), lines.end(), [&](std::string_view line) { return is_of(line, syntax); }));
    if (count > most) {
      most = count;
      shape.syntax = syntax;
    }
  }
  if (2 * most < lines.size()) return {};
  learn_keys(shape, lines);
  // Each key counts on how many lines it holds a time.
  std::size_t best = 0;
  for (const std::string_view key : times_of(shape.syntax)) {
    std::size_t count = 0;
    for (const std::string_view line : lines) {
      LineFacts facts;
      walk_pairs(line, shape.syntax, [&](std::string_view name, std::string_view value) {
        if (name == key && facts.time_text.empty()) times.read_whole(value, facts);
      });
      count += has_time(facts) ? 1 : 0;
    }
    if (2 * count < most || count <= best) continue;
    best = count;
    shape.time_key = key;
  }
  return shape;
}

std::shared_ptr<const FileFormat> make_pair_format(PairShape shape, LineTime time, bool needs_zone, bool needs_year) {
  return std::make_shared<PairFormat>(std::move(shape), std::move(time), needs_zone, needs_year);
}

}  // namespace assay::log
