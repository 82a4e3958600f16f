#include "log/format_text.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "log/line_builder.h"

namespace assay::log {
namespace {

constexpr TextRow kRows[] = {
    {"CRI", "{time>} {stream} {tag} ", "field 1", Joining::cri},
    {"AWS ALB",
     "{-} {-} {-} {peer} {-} {-} {-} {-} {status} {-} {-} {-} \"{request}\" \"{-}\" {-} {-} {-} \"{-}\" \"{-}\" "
     "\"{-}\" {-} "
     "{time} \"{-}\"",
     "field 22"},
    {"AWS ELB", "{time>} {-} {peer} {-} {-} {-} {-} {status} {-} {-} {-} \"{request}\"", "field 1"},
    {"Istio",
     "[{time}] \"{request}\" {status} {-} {-} {-} \"{-}\" {#} {#} {-} {-} \"{client}\" \"{-}\" \"{-}\" \"{-}\" \"{-}\"",
     "field 1"},
    {"Envoy", "[{time}] \"{request}\" {status} {-} {#} {#} {-} {-} \"{client}\" \"{-}\" \"{-}\" \"{-}\" \"{-}\"",
     "field 1"},
    {"Traefik CLF",
     "{client} {-} {user}[{time}] \"{request}\" {status} {-} \"{referrer}\" \"{-}\" {#} \"{-}\" \"{-}\" {-}ms{end}",
     "field 4"},
    {"Apache combined with virtual host",
     "{-}:{#} {client} {-} {user}[{time}] \"{request}\" {status} {-} \"{referrer}\" \"{-}\"", "field 5"},
    {"nginx combined", "{client} {-} {user}[{time}] \"{request}\" {status} {-} \"{referrer}\" \"{-}\"", "field 4"},
    {"common log", "{client} {-} {user}[{time}] \"{request}\" {status} {-}", "field 4"},
    {"HAProxy", "{*}haproxy[{#}]: {peer} [{time}] {-} {-} {-} {status} {-} {-} {-} {-} {-} {-} {?}{*}\"{request}\"",
     "the accept date"},
    {"HAProxy", "{peer} [{time}] {-} {-} {-} {status} {-} {-} {-} {-} {-} {-} {?}{*}\"{request}\"", "the accept date"},
    {"nginx error", "{time>} [{level}] {#}#{#}: {nginx}", "start of the line"},
    {"Apache error", "[{time}] [{-}] {apache}", "start of the line"},
    {"AWS CloudFront real-time", "{time>}\t{address}\t{-}\t{-}\t{status}\t{#}\t{method}\t{-}\t{-}\t{url}\t", "field 1"},
    {"AWS CloudFront real-time", "{time>}\t{address}\t", "field 1"},
    {"syslog RFC 5424", "<{#}>{#} {time>} {-} {-} {-} {-} ", "field 2"},
    {"syslog RFC 3164", "<{#}>{time>} {-} {-}: ", "start of the line"},
    {"Python logging", "{time>} - {-} - {level} - {message}", "start of the line"},
    {"log4j, logback", "{time>} [{*}] {level} {message}", "start of the line"},
    {"log4j, logback", "{time>} {level} {message}", "start of the line"},
    {"text", "{time>}", "start of the line"},
    {"text", "[{time>}]", "start of the line, in brackets"},
    {"text", "{level} {time>}", "behind the level"},
    {"text", "{level} [{time>}]", "behind the level, in brackets"},
    {"text", "[{level}] {time>}", "behind the level"},
    {"text", "[{level}] [{time>}]", "behind the level, in brackets"},
    {"text", "<{#}>{time>}", "behind the priority"},
    {"Python logging without times", "{level}:{-}:", ""},
};

enum class Kind : std::uint8_t {
  literal,
  word,
  any,
  digits,
  level,
  client,
  address,
  peer,
  status,
  method,
  request,
  url,
  referrer,
  authorization,
  cookie,
  query,
  user,
  time,
  time_prefix,
  stream,
  tag,
  nginx,
  apache,
  message,
  optional,
  end,
};

struct KindName {
  std::string_view name;
  Kind kind;
};
constexpr KindName kKinds[] = {{"-", Kind::word},
                               {"*", Kind::any},
                               {"#", Kind::digits},
                               {"level", Kind::level},
                               {"client", Kind::client},
                               {"address", Kind::address},
                               {"peer", Kind::peer},
                               {"status", Kind::status},
                               {"method", Kind::method},
                               {"request", Kind::request},
                               {"url", Kind::url},
                               {"referrer", Kind::referrer},
                               {"authorization", Kind::authorization},
                               {"cookie", Kind::cookie},
                               {"query", Kind::query},
                               {"user", Kind::user},
                               {"time", Kind::time},
                               {"time>", Kind::time_prefix},
                               {"stream", Kind::stream},
                               {"tag", Kind::tag},
                               {"nginx", Kind::nginx},
                               {"apache", Kind::apache},
                               {"message", Kind::message},
                               {"?", Kind::optional},
                               {"end", Kind::end}};

struct Element {
  Kind kind = Kind::literal;
  std::string_view
      literal;             // a literal: its text. A field: the literal behind it; empty: it goes to the end of the line
  bool is_quoted = false;  // a field in quotes
  bool may_hold_blank = false;  // a field without quotes that need not end at the next blank
};

std::vector<Element> compile(std::string_view pattern) {
  std::vector<Element> elements;
  while (!pattern.empty()) {
    if (pattern.front() != '{') {
      const std::string_view literal = pattern.substr(0, pattern.find('{'));
      elements.push_back({Kind::literal, literal, false, false});
      pattern.remove_prefix(literal.size());
      continue;
    }
    const std::size_t end = pattern.find('}');
    const std::string_view name = pattern.substr(1, end - 1);
    const auto* const known =
        std::find_if(std::begin(kKinds), std::end(kKinds), [&](const KindName& row) { return row.name == name; });
    const bool is_quoted =
        !elements.empty() && elements.back().kind == Kind::literal && elements.back().literal.ends_with('"');
    pattern.remove_prefix(end + 1);
    const std::string_view behind = pattern.substr(0, pattern.find('{'));
    elements.push_back({known->kind, behind, is_quoted, !is_quoted && behind != " "});
  }
  return elements;
}

// Whether reading a field of this kind finds a fact.
bool holds_fact(Kind kind) noexcept {
  switch (kind) {
    case Kind::literal:
    case Kind::word:
    case Kind::any:
    case Kind::digits:
    case Kind::level:
    case Kind::user:
    case Kind::stream:
    case Kind::tag:
    case Kind::optional:
    case Kind::end:
      return false;
    default:
      return true;
  }
}

// The compiled pattern of a row of the table.
std::span<const Element> elements_of(const TextRow& row) {
  static const std::vector<std::vector<Element>> all = [] {
    std::vector<std::vector<Element>> made;
    for (const TextRow& known : kRows) made.push_back(compile(known.pattern));
    return made;
  }();
  return all[static_cast<std::size_t>(&row - kRows)];
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_level(std::string_view word) noexcept {
  constexpr std::string_view kLevels[] = {"trace", "debug",  "info",   "notice", "warn",     "warning",
                                          "error", "err",    "crit",   "fatal",  "critical", "alert",
                                          "emerg", "severe", "config", "fine",   "finer",    "finest"};
  return std::any_of(std::begin(kLevels), std::end(kLevels), [&](std::string_view level) {
    return level.size() == word.size() &&
           std::equal(word.begin(), word.end(), level.begin(), [](char a, char b) { return (a | 0x20) == b; });
  });
}

// The position of the first quote from `from` on that no backslash escapes.
std::size_t closing_quote(std::string_view line, std::size_t from) noexcept {
  for (std::size_t at = line.find('"', from); at != std::string_view::npos; at = line.find('"', at + 1)) {
    std::size_t backslashes = 0;
    while (at - backslashes > from && line[at - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return at;
  }
  return std::string_view::npos;
}

// ", client: 192.0.2.7, server: a.example, request: "GET / HTTP/1.1", referrer: "..."" at the end of a message.
template <class Builder>
void read_nginx_tail(std::string_view text, Builder& to) {
  constexpr std::string_view kClient = ", client: ", kRequest = ", request: \"", kReferrer = ", referrer: \"";
  const std::size_t request = text.find(kRequest);
  const std::size_t client = text.substr(0, request).rfind(kClient);
  if (client != std::string_view::npos) {
    const std::string_view rest = text.substr(client + kClient.size());
    to.client(rest.substr(0, rest.find(',')));
  }
  if (request != std::string_view::npos) {
    const std::size_t begin = request + kRequest.size();
    to.request(text.substr(begin, closing_quote(text, begin) - begin));
  }
  const std::size_t referrer = text.rfind(kReferrer);
  if (referrer != std::string_view::npos && (request == std::string_view::npos || referrer > request)) {
    const std::size_t begin = referrer + kReferrer.size();
    to.region(text.substr(begin, closing_quote(text, begin) - begin), Where::referrer);
  }
}

// "[pid 7] [client 192.0.2.7:1] message, referer: https://a.example/".
template <class Builder>
void read_apache_tail(std::string_view text, Builder& to) {
  constexpr std::string_view kClient = "[client ", kReferrer = ", referer: ";
  while (text.starts_with('[')) {
    const std::size_t end = text.find("] ");
    if (end == std::string_view::npos) break;
    if (text.starts_with(kClient)) to.client(text.substr(kClient.size(), end - kClient.size()));
    text.remove_prefix(end + 2);
  }
  if (const std::size_t referrer = text.rfind(kReferrer); referrer != std::string_view::npos) {
    to.region(text.substr(referrer + kReferrer.size()), Where::referrer);
  }
}

// The elements up to the last time of a pattern.
std::span<const Element> up_to_time(std::span<const Element> elements) noexcept {
  const auto is_time = [](const Element& element) {
    return element.kind == Kind::time || element.kind == Kind::time_prefix;
  };
  while (!elements.empty() && !is_time(elements.back())) elements = elements.first(elements.size() - 1);
  return elements;
}

// Takes the place of LineBuilder if only the time is read. Lines fit alike.
class TimeBuilder {
 public:
  explicit TimeBuilder(TimeFacts& time) noexcept : facts(time) {}

  TimeFacts& facts;

  void status(std::string_view text) noexcept { has_status_ = has_status_ || status_of(text) != 0; }
  bool has_status() const noexcept { return has_status_; }
  void client(std::string_view) const noexcept {}
  void method(std::string_view) const noexcept {}
  void request(std::string_view) const noexcept {}
  void url(std::string_view) const noexcept {}
  void region(std::string_view, Where) const noexcept {}
  void message(std::string_view) const noexcept {}

 private:
  bool has_status_ = false;
};

// Reads one line by one pattern.
template <class Builder>
class Matcher {
 public:
  Matcher(std::span<const Element> elements, std::string_view line, const LineTime& time, Builder& to) noexcept
      : elements_(elements), line_(line), time_(time), to_(to) {}

  // True if the line fits as far as it must. Facts that stand before the first difference are read even if it does not.
  bool run() {
    bool is_optional = false;
    for (const Element& element : elements_) {
      if (element.kind == Kind::optional) {
        is_optional = true;
      } else if (!step(element)) {
        return is_optional;
      }
    }
    return true;
  }

 private:
  std::string_view rest() const noexcept { return {line_.data() + at_, line_.size() - at_}; }

  bool step(const Element& element) {
    switch (element.kind) {
      case Kind::literal:
        return literal(element.literal);
      case Kind::time_prefix: {
        while (at_ > 0 && at_ < line_.size() && line_[at_] == ' ') ++at_;  // levels are padded
        const std::size_t size = time_.read_prefix(rest(), to_.facts);
        at_ += size;
        return size > 0;
      }
      case Kind::user:
        return user();
      case Kind::message:
        to_.message(rest());
        return true;
      case Kind::nginx:
        read_nginx_tail(rest(), to_);
        return true;
      case Kind::apache:
        read_apache_tail(rest(), to_);
        return true;
      case Kind::end:
        return at_ == line_.size();
      default:
        return field(element);
    }
  }

  bool literal(std::string_view text) noexcept {
    if (text.size() > line_.size() - at_) return false;
    // Most are one to three bytes, too few to call memcmp for.
    const char* const here = line_.data() + at_;
    const std::size_t size = text.size();
    at_ += size;
    for (std::size_t i = 0; i < size; ++i) {
      if (here[i] != text[i]) return false;
    }
    return true;
  }

  bool field(const Element& element) {
    std::size_t end = line_.size();
    bool is_whole = true;
    if (element.is_quoted) {
      end = closing_quote(line_, at_);
    } else if (!element.literal.empty()) {
      end = element.literal.size() == 1 ? line_.find(element.literal[0], at_) : line_.find(element.literal, at_);
    }
    if (end == std::string_view::npos) {
      end = line_.size();
      is_whole = false;
    }
    const std::string_view text(line_.data() + at_, end - at_);
    at_ = end;
    return take(element, text, is_whole) && is_whole;
  }

  // A time that the end of the line cuts is none; texts that it cuts still have their place.
  bool take(const Element& element, std::string_view text, bool is_whole) {
    const bool is_word = !element.may_hold_blank || text.find(' ') == std::string_view::npos;
    switch (element.kind) {
      case Kind::word:
        return is_word;
      case Kind::digits:
        return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
      case Kind::level:
        return is_level(text);
      case Kind::stream:
        return text == "stdout" || text == "stderr";
      case Kind::tag:
        return text == "P" || text == "F" || text.starts_with("P:") || text.starts_with("F:");
      case Kind::client:
        if (is_whole && is_word) to_.client(text);
        return is_word;
      case Kind::address:
        if (is_whole && is_address(text)) to_.client(text);
        return is_address(text);
      case Kind::peer: {
        const std::size_t colon = text.rfind(':');
        if (is_whole && is_word) to_.client(text.starts_with('[') ? text : text.substr(0, colon));
        return is_word && colon != std::string_view::npos;
      }
      case Kind::status:
        if (is_whole) to_.status(text);
        return is_word && (to_.has_status() || text == "-" || text == "-1" || text == "0" || text == "000");
      case Kind::method:
        to_.method(text);
        return is_word;
      case Kind::time:
        if (is_whole) time_.read_whole(text, to_.facts);
        return has_time(to_.facts);
      case Kind::request:
        to_.request(text);
        return true;
      case Kind::url:
        to_.url(text);
        return is_word;
      case Kind::referrer:
        to_.region(text, Where::referrer);
        return true;
      case Kind::authorization:
        to_.region(text, Where::authorization);
        return true;
      case Kind::cookie:
        to_.region(text, Where::cookie);
        return true;
      case Kind::query:
        to_.region(text, Where::query);
        return true;
      default:
        return true;  // any text
    }
  }

  bool user() noexcept {
    const std::size_t quote = closing_quote(line_, at_);
    if (quote == std::string_view::npos) return false;
    // Usually the last bracket is the next one, and the user's name holds none.
    std::size_t bracket = line_.find('[', at_);
    if (bracket >= quote) return false;
    for (std::size_t more = bracket; more < quote; more = line_.find('[', more + 1)) bracket = more;
    at_ = bracket;
    return true;
  }

  std::span<const Element> elements_;
  std::string_view line_;
  const LineTime& time_;
  Builder& to_;
  std::size_t at_ = 0;
};

class TextFormat final : public FileFormat {
 public:
  TextFormat(const TextRow& row, std::string_view name, LineTime time, bool needs_zone, bool needs_year)
      : row_(row),
        name_(name),
        elements_(elements_of(row)),
        time_(std::move(time)),
        needs_zone_(needs_zone),
        needs_year_(needs_year) {
    is_of_requests_ =
        row.joining != Joining::none || std::any_of(elements_.begin(), elements_.end(), [](const Element& element) {
          return element.kind == Kind::status || element.kind == Kind::request || element.kind == Kind::url;
        });
    // What stands behind the last fact only tells formats apart.
    while (!elements_.empty() && !holds_fact(elements_.back().kind)) elements_ = elements_.first(elements_.size() - 1);
    time_elements_ = up_to_time(elements_);
  }

  std::string_view name() const noexcept override { return name_; }
  Joining joining() const noexcept override { return row_.joining; }
  bool may_continue(std::string_view line) const override { return !is_of_requests_ && !may_be_record(line); }
  bool needs_zone() const noexcept override { return needs_zone_; }
  bool needs_year() const noexcept override { return needs_year_; }

  LineFacts read(std::string_view line, base::Arena& arena) const override {
    LineBuilder builder(line, arena);
    Matcher(elements_, line, time_, builder).run();
    return builder.finish();
  }

  void read_time(std::string_view line, base::Arena&, TimeFacts& to) const override {
    TimeBuilder builder(to);
    Matcher(time_elements_, line, time_, builder).run();
  }

 private:
  const TextRow& row_;
  std::string_view name_;
  std::span<const Element> elements_, time_elements_;
  LineTime time_;
  bool needs_zone_, needs_year_;
  bool is_of_requests_ = false;  // each line is one record
};

}  // namespace

std::span<const TextRow> text_rows() noexcept { return kRows; }

std::shared_ptr<const FileFormat> make_text_format(const TextRow& row, std::string_view name, LineTime time,
                                                   bool needs_zone, bool needs_year) {
  return std::make_shared<TextFormat>(row, name, std::move(time), needs_zone, needs_year);
}

bool fits(const TextRow& row, std::string_view line, const LineTime& time, base::Arena& arena, LineFacts& facts) {
  LineBuilder builder(line, arena);
  const bool holds = Matcher(elements_of(row), line, time, builder).run();
  facts = builder.finish();
  return holds && (row.place.empty() || has_time(facts));
}

}  // namespace assay::log
