#include "log/format_text.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "log/line_builder.h"
#include "log/line_json.h"

namespace assay::log {
namespace {

constexpr TextRow kRows[] = {
    {"CRI", "{time>} {stream} {tag} {inner}", "field 1", Joining::cri, Carrying::any},
    {"AWS ALB",
     "{-} {-} {-} {peer} {-} {-} {-} {-} {status} {-} {-} {-} \"{request}\" \"{-}\" {-} {-} {-} \"{-}\" \"{-}\" "
     "\"{-}\" {-} "
     "{time} \"{-}\"",
     "field 22"},
    {"AWS ELB", "{time>} {-} {peer} {-} {-} {-} {-} {status} {-} {-} {-} \"{request}\"", "field 1"},
    {"AWS S3", "{-} {-} [{time}] {client} {-} {-} {-} {-} \"{request}\" {status} {-} {-} {-} {-} {-} \"{referrer}\" ",
     "field 3"},
    {"AWS S3", "{-} {-} [{time}] {client} {-} {-} {-} {-} - {status} ", "field 3"},
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
    {"HAProxy",
     "{*}haproxy[{#}]: {peer} [{time}] {-} {-} {-} {status} {-} {-} {-} {-} {-} {-} {?}{captures}\"{request}\"",
     "the accept date"},
    {"HAProxy", "{peer} [{time}] {-} {-} {-} {status} {-} {-} {-} {-} {-} {-} {?}{captures}\"{request}\"",
     "the accept date"},
    {"Squid", "{time>} {_}{#} {client} {-}/{status} {#} {method} {url} {-} {-}/", "start of the line"},
    {"Gin", "[GIN] {time>} | {status} | {_}{-} | {_}{client} | {method} {_}\"{url}\"", "field 2"},
    {"nginx error", "{time>} [{level}] {#}#{#}: {nginx}", "start of the line"},
    {"Apache error", "[{time}] [{module}] {apache}", "start of the line"},
    {"AWS CloudFront real-time", "{time>}\t{address}\t{-}\t{-}\t{status}\t{#}\t{method}\t{-}\t{-}\t{url}\t", "field 1"},
    {"AWS CloudFront real-time", "{time>}\t{address}\t", "field 1"},
    {"syslog RFC 5424", "<{#}>{#} {time>} {-} {program} {-} {-} {?}{structured}{inner}", "field 2", Joining::none,
     Carrying::any},
    {"syslog RFC 3164", "<{#}>{time>} {-} {program}: {inner}", "start of the line", Joining::none, Carrying::any},
    {"zap console", "{time>}\t{level}\t{-}\t{?}{*}\t{fields}", "start of the line"},
    {"Python logging", "{time>} - {-} - {level} - {message}", "start of the line"},
    {"log4j, logback", "{time>} [{*}] {level} {message}", "start of the line"},
    {"log4j, logback", "{time>} {level} {message}", "start of the line"},
    {"syslog", "{time>} {host} {program}: {inner}", "start of the line", Joining::none, Carrying::any},
    {"text", "{time>}{?}{inner}", "start of the line"},
    {"text", "[{time>}]{?}{inner}", "start of the line, in brackets"},
    {"text", "[{time>}", "start of the line, behind a bracket"},
    {"text", "{level} {time>}", "behind the level"},
    {"text", "{level} [{time>}]", "behind the level, in brackets"},
    {"text", "[{level}] {time>}", "behind the level"},
    {"text", "[{level}] [{time>}]", "behind the level, in brackets"},
    {"text", "<{#}>{time>}", "behind the priority"},
    {"text", "{lead}{time>}{?}{inner}", "behind what each line begins with"},
    {"text", "{time>} {-}: {inner}", "start of the line", Joining::none, Carrying::always},
    {"text", "{time>} {-} {inner}", "start of the line", Joining::none, Carrying::always},
    {"docker compose", "{service}| {inner}", "", Joining::none, Carrying::always},
    {"kubectl logs", "[pod/{-}] {inner}", "", Joining::none, Carrying::always},
    {"stern", "{pod} {pod} {inner}", "", Joining::none, Carrying::always},
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
  module,
  captures,
  message,
  lead,
  structured,
  service,
  pod,
  host,
  program,
  blanks,
  inner,
  fields,
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
                               {"module", Kind::module},
                               {"captures", Kind::captures},
                               {"message", Kind::message},
                               {"lead", Kind::lead},
                               {"structured", Kind::structured},
                               {"service", Kind::service},
                               {"pod", Kind::pod},
                               {"host", Kind::host},
                               {"program", Kind::program},
                               {"_", Kind::blanks},
                               {"inner", Kind::inner},
                               {"fields", Kind::fields},
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
    case Kind::module:
    case Kind::captures:
    case Kind::lead:
    case Kind::structured:
    case Kind::service:
    case Kind::pod:
    case Kind::host:
    case Kind::program:
    case Kind::blanks:
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
bool is_letter(char c) noexcept { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

bool is_letter_or_digit(char c) noexcept { return is_letter(c) || is_digit(c); }

bool is_level(std::string_view word) noexcept {
  constexpr std::string_view kLevels[] = {"trace", "debug",  "info",   "notice", "warn",     "warning",
                                          "error", "err",    "crit",   "fatal",  "critical", "alert",
                                          "emerg", "severe", "config", "fine",   "finer",    "finest"};
  return std::any_of(std::begin(kLevels), std::end(kLevels), [&](std::string_view level) {
    return level.size() == word.size() &&
           std::equal(word.begin(), word.end(), level.begin(), [](char a, char b) { return (a | 0x20) == b; });
  });
}

// An address, a name with a dot, or what stands for a client without either.
bool is_host(std::string_view text) noexcept {
  constexpr std::string_view kOthers[] = {"-", "localhost", "unix:"};
  if (is_address(text) || std::find(std::begin(kOthers), std::end(kOthers), text) != std::end(kOthers)) return true;
  const bool is_name = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || is_letter(c) || c == '-' || c == '.' || c == '_';
  });
  return is_name && text.find('.') != std::string_view::npos && !is_digit(text.back());
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

// Takes `mark` and what follows it up to the next quote off the front.
bool take_quoted(std::string_view& text, std::string_view mark, std::string_view& value) noexcept {
  if (!text.starts_with(mark)) return false;
  const std::size_t end = text.find('"', mark.size());
  if (end == std::string_view::npos) return false;
  value = text.substr(mark.size(), end - mark.size());
  text.remove_prefix(end + 1);
  return true;
}

bool ends_in_version(std::string_view text) noexcept {
  const std::size_t blank = text.rfind(' ');
  return blank != std::string_view::npos && text.substr(blank + 1).starts_with("HTTP/");
}

struct NginxTail {
  std::string_view client, request, referrer;
};

// What nginx appends to a message: ", client: 192.0.2.7, server: a.example, request: "GET / HTTP/1.1", host: "..."".
// nginx escapes nothing, and both the message before it and the request may hold the same words. So this takes only a
// tail that can be read in one way: no mark occurs twice, the marks stand in nginx's order up to the end of the line,
// and no value holds what a request that had pretended to end early would leave in it. Nothing otherwise.
std::optional<NginxTail> nginx_tail(std::string_view text) noexcept {
  constexpr std::string_view kClient = ", client: ", kServer = ", server: ", kRequest = ", request: \"";
  const auto is_unique = [text](std::string_view mark) { return text.find(mark) == text.rfind(mark); };
  const std::size_t client = text.find(kClient);
  if (client == std::string_view::npos || !is_unique(kClient) || !is_unique(kServer) || !is_unique(kRequest))
    return std::nullopt;
  text.remove_prefix(client + kClient.size());
  NginxTail tail;
  tail.client = text.substr(0, text.find(','));
  text.remove_prefix(tail.client.size());
  if (text.starts_with(kServer)) text.remove_prefix(std::min(text.find(',', kServer.size()), text.size()));
  // Other protocols than HTTP go on with words of their own.
  if (!text.starts_with(kRequest))
    return text.find(kRequest) == std::string_view::npos ? std::optional(tail) : std::nullopt;
  std::string_view upstream, host, subrequest;
  take_quoted(text, kRequest, tail.request);
  take_quoted(text, ", subrequest: \"", subrequest);
  take_quoted(text, ", upstream: \"", upstream);
  take_quoted(text, ", host: \"", host);
  take_quoted(text, ", referrer: \"", tail.referrer);
  const auto has_blank = [](std::string_view value) { return value.find(' ') != std::string_view::npos; };
  const bool is_sound = text.empty() && !has_blank(upstream) && !has_blank(host) && !has_blank(subrequest) &&
                        !ends_in_version(tail.referrer);
  if (!is_sound) tail.request = tail.referrer = {};
  return tail;
}

template <class Builder>
void read_nginx_tail(std::string_view line, std::string_view text, Builder& to) {
  // nginx cuts lines at NGX_MAX_ERROR_STR, 2048 bytes. A long message could cut off the tail and hold a false one.
  constexpr std::size_t kCutAt = 2000;
  const std::optional<NginxTail> tail = line.size() < kCutAt ? nginx_tail(text) : std::nullopt;
  if (!tail) return;
  to.client(tail->client);
  if (!tail->request.empty()) to.request(tail->request);
  if (!tail->referrer.empty()) to.region(tail->referrer, Where::referrer);
}

// "[pid 7] [client 192.0.2.7:1] message, referer: https://a.example/". Only brackets that the server writes may stand
// before that of the client, because the message may begin with a false one. Behind the number of an error of the
// system, its name stands before the client: "(13)Permission denied: [client 192.0.2.7:1] message".
template <class Builder>
void read_apache_tail(std::string_view text, Builder& to) {
  constexpr std::string_view kClients[] = {"[client ", "[remote "}, kReferrer = ", referer: ";
  while (text.starts_with("[pid ") || text.starts_with("[tid ")) {
    const std::size_t end = text.find("] ");
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
  if (text.starts_with('(')) {
    const std::size_t name = text.find(": [");
    const bool is_named = name != std::string_view::npos && text.substr(0, name).find('[') == std::string_view::npos;
    if (is_named) text.remove_prefix(name + 2);
  }
  for (const std::string_view client : kClients) {
    const std::size_t end = text.find(']');
    if (text.starts_with(client) && end != std::string_view::npos)
      to.client(text.substr(client.size(), end - client.size()));
  }
  if (const std::size_t referrer = text.rfind(kReferrer); referrer != std::string_view::npos) {
    to.region(text.substr(referrer + kReferrer.size()), Where::referrer);
  }
}

// Whether ` HTTP/1.1" 200 ` stands behind a request. Servers that do not escape quotes write so what a request has
// brought along, and nothing tells which of the two is theirs.
bool holds_request_end(std::string_view rest) noexcept {
  constexpr std::string_view kVersion = "HTTP/";
  for (std::size_t at = rest.find(kVersion); at != std::string_view::npos; at = rest.find(kVersion, at + 1)) {
    std::string_view end = rest.substr(at + kVersion.size());
    end.remove_prefix(std::min(end.find_first_not_of("0123456789."), end.size()));
    if (end.starts_with("\" ") && end.size() > 2 && is_digit(end[2])) return true;
  }
  return false;
}

// Whether a field behind a text of the client may be a time: "2026-11-28T12:00:00Z" behind a blank.
bool holds_field_of_time(std::string_view text) noexcept {
  for (std::size_t at = text.find('T'); at != std::string_view::npos; at = text.find('T', at + 1)) {
    constexpr std::size_t kDate = 10;
    const bool holds = at > kDate && text[at - kDate - 1] == ' ' && text[at - 3] == '-' && at + 1 < text.size() &&
                       is_digit(text[at - 1]) && is_digit(text[at + 1]);
    if (holds) return true;
  }
  return false;
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
  static constexpr bool kReadsAll = std::is_same_v<Builder, LineBuilder>;

 public:
  // If `is_strict`, only an address or the name of a host is a client, so that no word of another format becomes one.
  Matcher(std::span<const Element> elements, std::string_view line, const LineTime& time, bool is_strict,
          Builder& to) noexcept
      : elements_(elements), line_(line), time_(time), is_strict_(is_strict), to_(to) {}

  // True if the line fits as far as it must. Facts that stand before the first difference are read even if it does not,
  // except those that another text of the line may have forged.
  bool run() {
    const bool holds = match();
    if constexpr (kReadsAll) {
      // The first word of a line of another program is no client.
      if (!holds && !has_time(to_.facts) && !is_address(to_.facts.client)) to_.facts.client = {};
      if (request_end_ != 0) forget_forged();
    }
    return holds;
  }

  std::string_view inner;    // what the line carries
  std::string_view program;  // that wrote it, if the carrier says so

 private:
  std::string_view rest() const noexcept { return {line_.data() + at_, line_.size() - at_}; }

  // Only the time stands before every request whose line is not read whole, so nothing there can be forged.
  void note_request() noexcept {
    if constexpr (kReadsAll) {
      request_end_ = at_;
      had_client_ = !to_.facts.client.empty();
      had_status_ = to_.facts.status != 0;
      had_time_ = has_time(to_.facts);
    }
  }

  // What stands behind a request that may have ended itself is not told.
  void forget_forged() noexcept {
    LineFacts& facts = to_.facts;
    if (holds_request_end(line_.substr(request_end_))) {
      if (!had_client_) facts.client = {};
      if (!had_status_) facts.status = 0;
      facts.method = facts.path = {};
    }
    // A time behind texts of the client is the last one, or none.
    if (!had_time_ && facts.time && holds_field_of_time(rest())) facts.time.reset();
  }

  bool match() {
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
        read_nginx_tail(line_, rest(), to_);
        return true;
      case Kind::apache:
        read_apache_tail(rest(), to_);
        return true;
      case Kind::captures:
        return captures();
      case Kind::lead:
        return lead();
      case Kind::structured:
        return structured();
      case Kind::service:
        return name(true);
      case Kind::pod:
        return name(false);
      case Kind::blanks:
        while (at_ < line_.size() && line_[at_] == ' ') ++at_;
        return true;
      case Kind::inner:
        while (at_ < line_.size() && (line_[at_] == ' ' || line_[at_] == '\t')) ++at_;
        inner = rest();
        return true;
      case Kind::fields:
        at_ = std::max(at_, line_.rfind('\t') + 1);
        if (at_ < line_.size() && line_[at_] == '{' && json::value_end(line_, at_) == line_.size()) inner = rest();
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
        return is_word && (element.is_quoted || !text.empty());
      case Kind::digits:
        return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
      case Kind::level:
        return is_level(text);
      case Kind::module:
        return is_level(text) || (is_word && text.find(':') != std::string_view::npos);
      case Kind::host:
        return is_word && !is_level(text) && std::any_of(text.begin(), text.end(), is_letter) &&
               std::all_of(text.begin(), text.end(),
                           [](char c) {
                             return is_digit(c) || is_letter(c) ||
                                    std::string_view("-_.:/[]()@").find(c) != std::string_view::npos;
                           }) &&
               text.front() != '[';
      case Kind::program:
        program = text.substr(0, text.find('['));
        return is_word && !is_level(text) && std::any_of(text.begin(), text.end(), is_letter_or_digit);
      case Kind::stream:
        return text == "stdout" || text == "stderr";
      case Kind::tag:
        return text == "P" || text == "F" || text.starts_with("P:") || text.starts_with("F:");
      case Kind::client:
        if (is_whole && is_word) to_.client(text);
        return is_word && (!is_strict_ || is_host(text));
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
        note_request();
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

  // The size of what may stand before a time; 0: nothing that may.
  static std::size_t lead_size(std::string_view text, bool is_first) noexcept {
    if (std::string_view(" \t-|*\"'(<>#,;").find(text.front()) != std::string_view::npos) return 1;
    const auto is_of_word = [](char c) {
      return is_digit(c) || is_letter(c) || std::string_view("_./@-").find(c) != std::string_view::npos;
    };
    const bool is_bracket = text.front() == '[';
    std::size_t end = is_bracket ? 1 : 0;
    while (end < text.size() && (is_of_word(text[end]) || (is_bracket && text[end] == ':'))) ++end;
    const char next = end < text.size() ? text[end] : '\0';
    if (is_bracket) return next == ']' ? end + 1 : 1;
    const std::string_view word = text.substr(0, end);
    if (word.empty()) return 0;
    const bool is_number = std::all_of(word.begin(), word.end(), is_digit);
    const bool is_short = is_number || word.size() == 1 || is_level(word);
    if (is_short) return end + (next == ':' ? 1 : 0);
    return is_first && next == ':' ? end + 1 : 0;
  }

  // The first time counts, so no text of a client can stand before it.
  bool lead() {
    constexpr std::size_t kMost = 64;
    for (std::size_t begin = at_; at_ < std::min(line_.size(), begin + kMost);) {
      LineFacts probe;
      if (at_ > begin && time_.read_prefix(rest(), probe) != 0) return true;
      if (line_[at_] == '[' && time_.read_prefix(rest().substr(1), probe) != 0) {
        ++at_;
        return true;
      }
      const std::size_t size = lead_size(rest(), at_ == begin);
      if (size == 0) return false;
      at_ += size;
    }
    return false;
  }

  // "- " or "[id name="value"]... ", in which a backslash escapes quotes and brackets.
  bool structured() noexcept {
    if (rest().starts_with("- ")) {
      at_ += 2;
      return true;
    }
    while (at_ < line_.size() && line_[at_] == '[') {
      bool is_quoted = false;
      for (++at_; at_ < line_.size() && (is_quoted || line_[at_] != ']'); ++at_) {
        if (line_[at_] == '"') is_quoted = !is_quoted;
        if (line_[at_] == '\\' && is_quoted) ++at_;
      }
      at_ = std::min(at_ + 1, line_.size());
    }
    return literal(" ");
  }

  // The name of a service and what fills its column; or of a pod, and one blank.
  bool name(bool is_service) noexcept {
    const std::size_t begin = at_;
    const auto is_of_name = [&](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
             (is_service && (c == '_' || is_letter(c)));
    };
    while (at_ < line_.size() && (is_of_name(line_[at_]) || (is_service && line_[at_] == '|' &&
                                                             at_ + 1 < line_.size() && is_of_name(line_[at_ + 1]))))
      ++at_;
    if (at_ == begin) return false;
    while (is_service && at_ < line_.size() && line_[at_] == ' ') ++at_;
    return true;
  }

  // HAProxy writes quotes in captured headers as "#22".
  bool captures() noexcept {
    while (at_ < line_.size() && line_[at_] == '{') {
      const std::size_t end = line_.find_first_of("}\"", at_);
      if (end == std::string_view::npos || line_[end] == '"') return false;
      at_ = end + 1;
      if (at_ < line_.size() && line_[at_] == ' ') ++at_;
    }
    return true;
  }

  std::span<const Element> elements_;
  std::string_view line_;
  const LineTime& time_;
  const bool is_strict_;
  Builder& to_;
  std::size_t at_ = 0;
  // Where the request ends, and what was known before it; 0: none was read.
  std::size_t request_end_ = 0;
  bool had_client_ = false, had_status_ = false, had_time_ = false;
};

bool has(std::span<const Element> elements, std::initializer_list<Kind> kinds) noexcept {
  return std::any_of(elements.begin(), elements.end(), [&](const Element& element) {
    return std::find(kinds.begin(), kinds.end(), element.kind) != kinds.end();
  });
}

class TextFormat final : public FileFormat {
 public:
  TextFormat(const TextRow& row, TextReading reading)
      : row_(row), reading_(std::move(reading)), elements_(elements_of(row)) {
    is_of_requests_ = row.joining != Joining::none || is_of_requests(row);
    // What stands behind the last fact only tells formats apart.
    const auto counts = [&](Kind kind) {
      const bool is_inner = kind == Kind::inner || kind == Kind::fields;
      return is_inner ? reading_.inner.format != nullptr : holds_fact(kind);
    };
    while (!elements_.empty() && !counts(elements_.back().kind)) elements_ = elements_.first(elements_.size() - 1);
    // A time behind a request counts only if no text there may have forged it, and read() looks for that.
    const bool may_read_time = !reading_.inner.gives_time && !has(up_to_time(elements_), {Kind::request});
    if (may_read_time) time_elements_ = up_to_time(elements_);
  }

  std::string_view name() const noexcept override { return reading_.name; }
  Joining joining() const noexcept override { return row_.joining; }
  bool needs_zone() const noexcept override { return reading_.needs_zone; }
  bool needs_year() const noexcept override { return reading_.needs_year; }

  bool may_continue(std::string_view line) const override {
    if (is_of_requests_) return false;
    if (!reading_.inner.gives_time) return !may_be_record(line);
    base::Arena arena;
    LineBuilder builder(line, arena);
    Matcher matcher(elements_, line, reading_.time, false, builder);
    matcher.run();
    return matcher.inner.data() == nullptr ? !may_be_record(line) : reading_.inner.format->may_continue(matcher.inner);
  }

  LineFacts read(std::string_view line, base::Arena& arena) const override {
    LineBuilder builder(line, arena);
    Matcher matcher(elements_, line, reading_.time, false, builder);
    matcher.run();
    if (reading_.inner.format != nullptr && !matcher.inner.empty() && is_known(matcher.program))
      read_inner(reading_.inner, matcher.inner, InnerCoding::plain, builder);
    return builder.finish();
  }

  LineFacts read_joined(std::string_view text, std::string_view facts_line, base::Arena& arena) const override {
    LineBuilder carrier(facts_line, arena), to(text, arena);
    Matcher(elements_, facts_line, reading_.time, false, carrier).run();
    to.facts = carrier.facts;
    if (reading_.inner.format != nullptr) read_inner(reading_.inner, text, InnerCoding::plain, to);
    return to.finish();
  }

  void read_time(std::string_view line, base::Arena& arena, TimeFacts& to) const override {
    if (time_elements_.empty()) {
      to = read(line, arena);
      return;
    }
    TimeBuilder builder(to);
    Matcher(time_elements_, line, reading_.time, false, builder).run();
  }

 private:
  // Whether the program wrote lines of the inner format among the first ones. Another may log what a client sends.
  bool is_known(std::string_view program) const noexcept {
    const std::vector<std::string>& known = reading_.inner.programs;
    return program.empty() || std::find(known.begin(), known.end(), program) != known.end();
  }

  const TextRow& row_;
  TextReading reading_;
  std::span<const Element> elements_;
  std::span<const Element> time_elements_;  // those up to the time; empty: read_time() has to read all
  bool is_of_requests_ = false;             // each line is one record
};

}  // namespace

std::span<const TextRow> text_rows() noexcept { return kRows; }

bool has_inner(const TextRow& row) noexcept { return has(elements_of(row), {Kind::inner, Kind::fields}); }

bool is_of_requests(const TextRow& row) noexcept {
  return has(elements_of(row), {Kind::status, Kind::request, Kind::url});
}

bool is_distinct(const TextRow& row) noexcept {
  if (row.place.empty() || row.carrying == Carrying::always || row.name == "text" || row.name == "syslog") return false;
  return is_of_requests(row) || row.carrying == Carrying::any || has(elements_of(row), {Kind::nginx, Kind::apache});
}

std::shared_ptr<const FileFormat> make_text_format(const TextRow& row, TextReading reading) {
  return std::make_shared<TextFormat>(row, std::move(reading));
}

std::optional<TextFit> fit(const TextRow& row, std::string_view line, const LineTime& time, bool is_strict,
                           base::Arena& arena) {
  LineBuilder builder(line, arena);
  Matcher matcher(elements_of(row), line, time, is_strict, builder);
  const bool holds = matcher.run();
  const LineFacts facts = builder.finish();
  if (!holds || (!row.place.empty() && !has_time(facts))) return std::nullopt;
  return TextFit{facts, matcher.inner, matcher.program};
}

}  // namespace assay::log
