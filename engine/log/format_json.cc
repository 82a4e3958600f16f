#include "log/format_json.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <utility>

#include "codec/json_pointer.h"
#include "log/line_builder.h"
#include "log/line_json.h"

namespace assay::log {
namespace {

// One known format. Lists of pointers have blanks between them.
struct JsonRow {
  std::string_view name;
  std::string_view marks;  // a record of this format has all of them
  std::string_view times;  // the first one that records have is the place of the time
  std::string_view clients = {}, methods = {}, urls = {}, queries = {}, statuses = {};
  std::string_view accepted = {};  // a TokenReview answers 201 even if the token is refused
  std::string_view date = {};      // of formats whose time is two fields
  bool is_utc = false;             // times without a zone are UTC
  std::string_view inner = {};     // of formats that carry the lines of other programs
  Joining joining = Joining::none;
};
constexpr JsonRow kRows[] = {
    {.name = "Docker json-file",
     .marks = "/log /stream /time",
     .times = "/time",
     .inner = "/log",
     .joining = Joining::docker},
    {.name = "journald JSON",
     .marks = "/__REALTIME_TIMESTAMP",
     .times = "/__REALTIME_TIMESTAMP",
     .inner = "/MESSAGE",
     .joining = Joining::journald},
    {.name = "AWS CloudTrail", .marks = "/eventTime /eventName", .times = "/eventTime", .clients = "/sourceIPAddress"},
    {.name = "AWS CloudTrail",
     .marks = "/eventTime /eventSource",
     .times = "/eventTime",
     .clients = "/sourceIPAddress"},
    {.name = "AWS CloudFront real-time JSON",
     .marks = "/timestamp(ms)",
     .times = "/timestamp(ms)",
     .clients = "/c-ip",
     .methods = "/cs-method",
     .urls = "/cs-uri-stem",
     .queries = "/cs-uri-query",
     .statuses = "/sc-status"},
    {.name = "AWS CloudFront JSON",
     .marks = "/date /time /cs-method",
     .times = "/time",
     .clients = "/c-ip",
     .methods = "/cs-method",
     .urls = "/cs-uri-stem",
     .queries = "/cs-uri-query",
     .statuses = "/sc-status",
     .date = "/date",
     .is_utc = true},
    {.name = "Kubernetes audit",
     .marks = "/requestReceivedTimestamp /stageTimestamp",
     .times = "/requestReceivedTimestamp",
     .clients = "/sourceIPs/0",
     .methods = "/verb",
     .urls = "/requestURI",
     .statuses = "/responseStatus/code",
     .accepted = "/responseObject/status/authenticated"},
    {.name = "Traefik JSON",
     .marks = "/StartUTC",
     .times = "/StartUTC",
     .clients = "/ClientHost /ClientAddr",
     .methods = "/RequestMethod",
     .urls = "/RequestPath",
     .statuses = "/DownstreamStatus"},
    {.name = "GCP load balancer",
     .marks = "/httpRequest /timestamp",
     .times = "/timestamp",
     .clients = "/httpRequest/remoteIp",
     .methods = "/httpRequest/requestMethod",
     .urls = "/httpRequest/requestUrl",
     .statuses = "/httpRequest/status"},
    {.name = "Cloudflare Logpush",
     .marks = "/EdgeStartTimestamp",
     .times = "/EdgeStartTimestamp",
     .clients = "/ClientIP",
     .methods = "/ClientRequestMethod",
     .urls = "/ClientRequestURI",
     .statuses = "/EdgeResponseStatus"},
    {.name = "Azure Application Gateway",
     .marks = "/properties/requestQuery",
     .times = "/timeStamp /time",
     .clients = "/properties/clientIP",
     .methods = "/properties/httpMethod",
     .urls = "/properties/requestUri /properties/originalRequestUriWithArgs",
     .queries = "/properties/requestQuery",
     .statuses = "/properties/httpStatus"},
    {.name = "Azure API Management",
     .marks = "/properties/backendMethod",
     .times = "/time /timeStamp",
     .clients = "/callerIpAddress /CallerIpAddress",
     .methods = "/properties/method",
     .urls = "/properties/url",
     .statuses = "/properties/responseCode"},
    {.name = "Azure resource log",
     .marks = "/properties /category",
     .times = "/time /timeStamp",
     .clients = "/callerIpAddress /CallerIpAddress /properties/clientIP",
     .methods = "/properties/method /properties/httpMethod",
     .urls = "/properties/requestUri /properties/url /uri",
     .statuses = "/properties/httpStatus /properties/responseCode /statusCode"},
    {.name = "Caddy",
     .marks = "/ts /request/uri",
     .times = "/ts",
     .clients = "/request/client_ip /request/remote_ip /request/remote_addr",
     .methods = "/request/method",
     .urls = "/request/uri",
     .statuses = "/status"},
    {.name = "Envoy JSON",
     .marks = "/start_time /response_code",
     .times = "/start_time",
     .clients = "/downstream_remote_address /downstream_remote_address_without_port /downstream_direct_remote_address",
     .methods = "/method",
     .urls = "/path /x-envoy-original-path",
     .statuses = "/response_code"},
    {.name = "Splunk export",
     .marks = "/_time /_raw",
     .times = "/_time",
     .clients = "/clientip /src_ip",
     .inner = "/_raw"},
    {.name = "Splunk export", .marks = "/result/_time /result/_raw", .times = "/result/_time", .inner = "/result/_raw"},
    {.name = "Elastic export",
     .marks = "/@timestamp /event/original",
     .times = "/@timestamp",
     .clients = "/client/ip /source/ip",
     .methods = "/http/request/method",
     .urls = "/url/original /url/path",
     .statuses = "/http/response/status_code",
     .inner = "/event/original"},
    {.name = "Elastic export",
     .marks = "/_source/@timestamp",
     .times = "/_source/@timestamp",
     .clients = "/_source/client/ip /_source/source/ip",
     .methods = "/_source/http/request/method",
     .urls = "/_source/url/original /_source/url/path",
     .statuses = "/_source/http/response/status_code",
     .inner = "/_source/event/original"},
    {.name = "AWS CloudWatch Logs", .marks = "/id /timestamp /message", .times = "/timestamp", .inner = "/message"},
    {.name = "AWS CloudWatch Logs",
     .marks = "/timestamp /message /ingestionTime",
     .times = "/timestamp",
     .inner = "/message"},
    {.name = "Cloudflare Workers",
     .marks = "/EventTimestampMs /Event",
     .times = "/EventTimestampMs",
     .methods = "/Event/Request/Method",
     .urls = "/Event/Request/URL",
     .statuses = "/Event/Response/Status"},
    {.name = "GELF",
     .marks = "/version /host /short_message",
     .times = "/timestamp",
     .clients = "/_remote_addr /_client_ip /_src_ip",
     .methods = "/_method /_request_method",
     .urls = "/_request_uri /_uri /_path",
     .statuses = "/_status /_response_status",
     .inner = "/short_message"},
};

// Names of fields that hold the same in many formats: lower case, only letters and digits. The earlier name counts.
constexpr std::string_view kTimes[] = {"requestreceivedtimestamp",
                                       "startutc",
                                       "starttime",
                                       "requesttime",
                                       "timestamp",
                                       "time",
                                       "ts",
                                       "eventtime",
                                       "datetime",
                                       "timeiso8601",
                                       "timelocal",
                                       "asctime",
                                       "date",
                                       "t",
                                       "msec",
                                       "loggedat",
                                       "createdat",
                                       "instant",
                                       "epoch",
                                       "startedat",
                                       "starteddatetime",
                                       "clientreceivedstarttimestamp",
                                       "timestampms"};
constexpr std::string_view kClients[] = {
    "clientip",      "remoteip",   "remoteaddr", "remoteaddress", "downstreamremoteaddress", "client", "clientaddr",
    "clientaddress", "clienthost", "srcip",      "sourceip",      "sourceipaddress",         "ip",     "remote",
    "remotehost",    "peer",       "addr",       "proxyclientip"};
constexpr std::string_view kMethods[] = {"method", "requestmethod", "httpmethod", "csmethod", "verb", "requestverb"};
constexpr std::string_view kUrls[] = {"uri",  "requesturi",  "requesturl", "url",
                                      "path", "requestpath", "csuristem",  "originalurl"};
constexpr std::string_view kRequests[] = {"request", "requestline"};
// Members that may hold the line of another program.
constexpr std::string_view kInners[] = {"log", "message", "msg"};
constexpr std::string_view kStatuses[] = {"status",     "statuscode", "responsecode", "responsestatus",
                                          "httpstatus", "scstatus",   "code"};

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') plain += static_cast<char>(c | 0x20);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
  }
  return plain;
}

template <class Function>
void for_each_word(std::string_view words, Function&& function) {
  while (!words.empty()) {
    const std::size_t blank = words.find(' ');
    function(words.substr(0, blank));
    words.remove_prefix(blank == std::string_view::npos ? words.size() : blank + 1);
  }
}

// Members that hold an array of records: Azure, CloudTrail, CloudWatch.
constexpr std::string_view kEvents[] = {"records", "Records", "logEvents"};

// Whether a container of this name holds what the client sent, so that nothing in it may become the time of a line.
bool holds_content(std::string_view name) {
  constexpr std::string_view kContents[] = {"headers", "requestheaders", "responseheaders", "params", "parameters",
                                            "payload", "form",           "input",           "data",   "claims",
                                            "jwt",     "token"};
  const FieldSense sense = sense_of(name);
  if (sense != FieldSense::none && sense != FieldSense::request) return true;
  const std::string plain = plain_name(name);
  return std::find(std::begin(kContents), std::end(kContents), plain) != std::end(kContents);
}

// A pointer taken apart for comparing.
struct Path {
  struct Step {
    std::string name;
    std::optional<std::size_t> index;
    bool names(const JsonKey& key) const noexcept { return key.is_in_array ? index == key.index : name == key.name; }
  };
  JsonRole role = JsonRole::time;
  std::vector<Step> steps;
};

Path path_of(const JsonPlace& place) {
  Path path{place.role, {}};
  std::string_view rest = place.pointer;
  while (rest.starts_with('/')) {
    const std::string_view token = codec::take_token(rest);
    Path::Step step;
    for (std::size_t i = 0; i < token.size(); ++i) {
      const bool is_escape = token[i] == '~' && i + 1 < token.size();
      step.name += !is_escape ? token[i] : token[++i] == '1' ? '/' : '~';
    }
    std::size_t index = 0;
    if (codec::token_index(token, index)) step.index = index;
    path.steps.push_back(std::move(step));
  }
  return path;
}

// What contents stand below: those of a header or a body do, those of {"request":{...}} are of all kinds.
FieldSense inherited(FieldSense sense) noexcept {
  return sense == FieldSense::url || sense == FieldSense::request ? FieldSense::none : sense;
}

constexpr std::size_t kMostPlaces = 48;  // one bit each

std::vector<Path> paths_of(const JsonShape& shape) {
  std::vector<Path> paths;
  for (const JsonPlace& place : shape.places) {
    if (paths.size() < kMostPlaces) paths.push_back(path_of(place));
  }
  return paths;
}

// Reads the facts of one record.
class RecordReader {
 public:
  RecordReader(std::span<const Path> paths, LineBuilder& to) noexcept : paths_(paths), to_(to) { matched_.fill(0); }
  // Reads only the time. `paths` are those of time and date, and `has_date` says whether there is one of a date.
  RecordReader(std::span<const Path> paths, bool has_date, LineBuilder& to) noexcept : RecordReader(paths, to) {
    reads_only_time_ = true;
    needs_date_ = has_date;
  }

  bool open(int depth, const JsonKey& key, std::size_t, bool) {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (is_on(i, depth, key) && paths_[i].steps.size() > level(depth) + 1)
        matched_[i] = static_cast<std::uint8_t>(level(depth) + 1);
    }
    has_texts_ = has_texts_ || time.empty();
    if (reads_only_time_) return true;
    const auto below = static_cast<std::size_t>(depth) + 1;
    senses_[below] = inherited(sense_at(depth, key));
    named_[below] = FieldSense::none;
    values_[below] = {};
    return true;
  }
  void close(int depth) noexcept {
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      matched_[i] = std::min(matched_[i], static_cast<std::uint8_t>(level(depth)));
    }
  }
  bool scalar(int depth, const JsonKey& key, std::string_view value, bool is_string) {
    bool is_placed = false;
    for (std::size_t i = 0; i < paths_.size(); ++i) {
      if (!is_on(i, depth, key)) continue;
      if (paths_[i].steps.size() == level(depth) + 1) {
        is_placed = set(i, value, is_string) || is_placed;
      } else if (is_string && paths_[i].role == JsonRole::time && base_ == 0) {
        look_inside(i, depth, value);
      }
    }
    if (is_string && base_ == 0) has_texts_ = has_texts_ || (time.empty() && !is_of_logger(key.name));
    // Of two times the first one counts, so nothing behind it matters, unless texts stand before it (finish()).
    if (reads_only_time_) return has_texts_ || time.empty() || (needs_date_ && date.empty());
    if (!is_string || base_ > 0 || is_placed) return true;
    const FieldSense sense = sense_at(depth, key);
    to_.field(sense, value);
    note_name(static_cast<std::size_t>(depth), key, value);
    if (sense == FieldSense::none && is_one_of(key.name, {"value"})) values_[static_cast<std::size_t>(depth)] = value;
    return true;
  }

  // A place that occurs twice may have come with a text that was not escaped, so none of the two is told. Loggers write
  // their own time first; of two behind other texts, one may have come with such a text.
  void finish() noexcept {
    const auto is_repeated = [&](JsonRole role) { return (repeated_ >> static_cast<unsigned>(role) & 1) != 0; };
    if (is_repeated(JsonRole::client)) to_.facts.client = {};
    if (is_repeated(JsonRole::method) || is_repeated(JsonRole::request)) to_.facts.method = {};
    if (is_repeated(JsonRole::url) || is_repeated(JsonRole::request)) to_.facts.path = {};
    if (is_repeated(JsonRole::status)) to_.facts.status = 0;
    if (is_repeated(JsonRole::time) && has_texts_) time = {};
  }

  std::string_view time, date;  // unescaped; empty: none
  std::string_view carried;     // as written; null: none
  bool is_refused = false;

 private:
  static bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) noexcept {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
  // Members whose texts do not come from a client.
  static bool is_of_logger(std::string_view name) noexcept {
    return is_one_of(name, {"level", "lvl", "severity", "logger", "name", "hostname", "caller", "version"});
  }
  // Headers as {"name":"Authorization","value":...}, in any order, and as ["Authorization",...].
  void note_name(std::size_t depth, const JsonKey& key, std::string_view text) {
    const bool is_name = key.is_in_array || is_one_of(key.name, {"name", "key", "header"});
    if (!is_name) return;
    const FieldSense sense = inherited(sense_of(text));
    named_[depth] = sense;
    if (!key.is_in_array && !values_[depth].empty()) to_.field(sense, values_[depth]);
  }

  // What a value is, by the names above it, by the name beside it, or by its own name.
  FieldSense sense_at(int depth, const JsonKey& key) const noexcept {
    const FieldSense above = senses_[static_cast<std::size_t>(depth)];
    const FieldSense named = named_[static_cast<std::size_t>(depth)];
    if (above != FieldSense::none) return above;
    if (key.is_in_array) return named;
    return named != FieldSense::none && is_one_of(key.name, {"value", "values"}) ? named : sense_of(key.name);
  }

  std::size_t level(int depth) const noexcept { return base_ + static_cast<std::size_t>(depth); }
  bool is_on(std::size_t i, int depth, const JsonKey& key) const noexcept {
    const Path& path = paths_[i];
    return matched_[i] == level(depth) && path.steps.size() > level(depth) && path.steps[level(depth)].names(key);
  }

  // Returns true if the regions of the value are done.
  bool set(std::size_t place, std::string_view value, bool is_string) {
    const JsonRole role = paths_[place].role;
    if ((seen_ >> place & 1) != 0) repeated_ |= 1U << static_cast<unsigned>(role);
    seen_ |= std::uint64_t{1} << place;
    switch (role) {
      case JsonRole::time:
        // Loggers write their own time before what they are given.
        if (time.empty()) time = unescape_json(value, to_.arena());
        return false;
      case JsonRole::date:
        if (date.empty()) date = unescape_json(value, to_.arena());
        return false;
      case JsonRole::client:
        to_.client(unescape_json(value, to_.arena()));
        return false;
      case JsonRole::method:
        to_.method(value);
        return false;
      case JsonRole::status:
        to_.status(value);
        return false;
      case JsonRole::accepted:
        is_refused = !is_string && value == "false";
        return false;
      case JsonRole::inner:
        if (is_string && carried.data() == nullptr) carried = value;
        return false;
      case JsonRole::query:
        to_.region(value, Where::query);
        return true;
      case JsonRole::url:
        if (is_string) to_.url(value);
        return is_string;
      case JsonRole::request:
        if (is_string) to_.request(value);
        return is_string;
    }
    return false;
  }

  // A pointer that was told may go on into a string that holds JSON.
  void look_inside(std::size_t i, int depth, std::string_view value) {
    const std::string_view inner = unescape_json(value, to_.arena());
    RecordReader reader(paths_.subspan(i, 1), to_);
    reader.base_ = level(depth) + 1;
    reader.matched_[0] = static_cast<std::uint8_t>(reader.base_);
    walk_json(inner, reader);
    if (time.empty()) time = reader.time;
  }

  std::span<const Path> paths_;
  LineBuilder& to_;
  std::size_t base_ = 0;
  bool reads_only_time_ = false, needs_date_ = false;
  std::array<std::uint8_t, kMostPlaces> matched_;
  std::array<FieldSense, json::kMostDepth + 1> senses_{};
  std::array<FieldSense, json::kMostDepth + 1> named_{};         // what {"name":...} says of the "value" beside it
  std::array<std::string_view, json::kMostDepth + 1> values_{};  // a "value" whose name may follow
  std::uint64_t seen_ = 0;                                       // a bit a place
  unsigned repeated_ = 0;                                        // a bit a role
  bool has_texts_ = false;                                       // before the time
};

// Finds the records of a line that holds many.
class RecordFinder {
 public:
  RecordFinder(std::string_view line, std::string_view events, bool has_arrays) noexcept
      : line_(line), events_(events), has_arrays_(has_arrays) {}

  bool open(int depth, const JsonKey& key, std::size_t begin, bool is_array) {
    if (depth == 0 && !key.is_in_array && is_array && !events_.empty() && key.name == events_) return true;
    if ((depth == 1 || (has_arrays_ && key.is_in_array)) && !is_array) {
      spans.emplace_back(begin, json::value_end(line_, begin));
    }
    return false;
  }
  void close(int) noexcept {}
  bool scalar(int, const JsonKey&, std::string_view, bool) noexcept { return true; }

  std::vector<std::pair<std::size_t, std::size_t>> spans;

 private:
  std::string_view line_, events_;
  bool has_arrays_;
};

// Reads the time that a reader found.
void read_found_time(const RecordReader& reader, const LineTime& time, base::Arena& arena, TimeFacts& facts) {
  if (reader.time.empty()) return;
  if (reader.date.empty()) return time.read_whole(reader.time, facts);
  const std::size_t size = reader.date.size() + 1 + reader.time.size();
  char* const both = arena.allocate(size);
  std::copy(reader.date.begin(), reader.date.end(), both);
  both[reader.date.size()] = ' ';
  std::copy(reader.time.begin(), reader.time.end(), both + reader.date.size() + 1);
  time.read_whole({both, size}, facts);
}

void read_record(std::span<const Path> paths, const LineTime& time, const Inner& inner, std::string_view record,
                 LineBuilder& to) {
  RecordReader reader(paths, to);
  walk_json(record, reader);
  reader.finish();
  constexpr std::uint16_t kUnauthorized = 401;
  if (reader.is_refused) to.facts.status = kUnauthorized;
  read_found_time(reader, time, to.arena(), to.facts);
  if (inner.format != nullptr && reader.carried.data() != nullptr)
    read_inner(inner, reader.carried, InnerCoding::json, to);
}

class JsonFormat final : public FileFormat {
 public:
  JsonFormat(JsonShape shape, LineTime time, bool needs_zone, bool needs_year, Inner inner, std::string name)
      : shape_(std::move(shape)),
        name_(std::move(name)),
        paths_(paths_of(shape_)),
        time_(std::move(time)),
        needs_zone_(needs_zone),
        needs_year_(needs_year),
        inner_(std::move(inner)) {
    for (const Path& path : paths_) {
      if (path.role == JsonRole::time || path.role == JsonRole::date) time_paths_.push_back(path);
      has_date_ = has_date_ || path.role == JsonRole::date;
    }
  }

  std::string_view name() const noexcept override { return name_.empty() ? shape_.name : name_; }
  Joining joining() const noexcept override { return shape_.joining; }
  bool needs_zone() const noexcept override { return needs_zone_; }
  bool needs_year() const noexcept override { return needs_year_; }
  bool may_continue(std::string_view line) const override { return !line.starts_with('[') && !may_be_record(line); }
  bool has_events() const noexcept override { return !shape_.events.empty() || shape_.has_arrays; }

  LineFacts read(std::string_view line, base::Arena& arena) const override {
    LineBuilder builder(line, arena);
    read_record(paths_, time_, inner_, line, builder);
    return builder.finish();
  }
  LineFacts read_joined(std::string_view text, std::string_view facts_line, base::Arena& arena) const override {
    LineBuilder carrier(facts_line, arena), to(text, arena);
    read_record(paths_, time_, {}, facts_line, carrier);
    to.facts = carrier.facts;
    if (inner_.format != nullptr) read_inner(inner_, text, InnerCoding::plain, to);
    return to.finish();
  }

  void read_time(std::string_view line, base::Arena& arena, TimeFacts& to) const override {
    if (inner_.gives_time) {
      to = read(line, arena);
      return;
    }
    LineBuilder builder(line, arena);
    RecordReader reader(time_paths_, has_date_, builder);
    walk_json(line, reader);
    reader.finish();
    read_found_time(reader, time_, arena, to);
  }

  void events(std::string_view line, base::Arena& arena, std::vector<Event>& to) const override {
    if (!has_events()) return;
    RecordFinder finder(line, shape_.events, shape_.has_arrays);
    walk_json(line, finder);
    for (const auto& [begin, end] : finder.spans) {
      LineBuilder builder(line, arena);
      read_record(paths_, time_, inner_, line.substr(begin, end - begin), builder);
      to.push_back({begin, end, builder.finish()});
    }
  }

 private:
  JsonShape shape_;
  std::string name_;  // empty: that of the shape
  std::vector<Path> paths_, time_paths_;
  bool has_date_ = false;
  LineTime time_;
  bool needs_zone_, needs_year_;
  Inner inner_;
};

// The places that records have, with how many have them.
class PlaceCounter {
 public:
  struct Seen {
    std::string pointer, name;  // the name is plain
    int depth = 0;
    std::size_t count = 0;
    std::string first_value;
    bool is_content = false;  // below a header or a body
  };

  void count(std::string_view record) {
    pointer_.clear();  // the record before may have been cut
    walk_json(record, *this);
  }
  bool open(int depth, const JsonKey& key, std::size_t, bool) {
    if (depth >= kMostDepth || (key.is_in_array && key.index > 0)) return false;
    note(depth, key, {});
    sizes_[depth] = pointer_.size();
    content_[depth + 1] = content_[depth] || holds_content(key.name);
    append(key);
    return true;
  }
  void close(int depth) { pointer_.resize(sizes_[depth]); }
  bool scalar(int depth, const JsonKey& key, std::string_view value, bool) {
    if (!key.is_in_array || key.index == 0) note(depth, key, value);
    return true;
  }

  const Seen* find(std::string_view pointer) const noexcept {
    const auto at = std::find_if(seen.begin(), seen.end(), [&](const Seen& s) { return s.pointer == pointer; });
    return at == seen.end() ? nullptr : &*at;
  }

  std::vector<Seen> seen;

 private:
  static constexpr int kMostDepth = 4;
  static constexpr std::size_t kMostSeen = 512, kMostName = 64, kMostValue = 96;

  void append(const JsonKey& key) {
    pointer_ += '/';
    if (key.is_in_array) pointer_ += std::to_string(key.index);
    for (const char c : key.name.substr(0, kMostName)) {
      if (c == '~' || c == '/') {
        pointer_ += c == '~' ? "~0" : "~1";
      } else {
        pointer_ += c;
      }
    }
  }
  void note(int depth, const JsonKey& key, std::string_view value) {
    if (depth > kMostDepth || key.name.size() > kMostName) return;
    const std::size_t size = pointer_.size();
    append(key);
    const auto at = std::find_if(seen.begin(), seen.end(), [&](const Seen& s) { return s.pointer == pointer_; });
    if (at != seen.end()) {
      ++at->count;
    } else if (seen.size() < kMostSeen) {
      seen.push_back(
          {pointer_, plain_name(key.name), depth, 1, std::string(value.substr(0, kMostValue)), content_[depth]});
    }
    pointer_.resize(size);
  }

  std::string pointer_;
  std::size_t sizes_[kMostDepth + 1] = {};
  bool content_[kMostDepth + 2] = {};
};

bool reads_as_time(std::string_view text, const LineTime& times) {
  LineFacts facts;
  times.read_whole(text, facts);
  return has_time(facts);
}

void add(JsonShape& to, JsonRole role, std::string_view pointers) {
  for_each_word(pointers, [&](std::string_view pointer) { to.places.push_back({role, std::string(pointer)}); });
}

// Adds the places of the row.
void add_row(JsonShape& to, const JsonRow& row, const PlaceCounter& counter, std::string_view time_field) {
  to.name = row.name;
  to.joining = row.joining;
  to.is_utc = row.is_utc;
  add(to, JsonRole::client, row.clients);
  add(to, JsonRole::method, row.methods);
  add(to, JsonRole::url, row.urls);
  add(to, JsonRole::query, row.queries);
  add(to, JsonRole::status, row.statuses);
  add(to, JsonRole::accepted, row.accepted);
  add(to, JsonRole::inner, row.inner);
  to.is_carrier = !row.inner.empty();
  if (!time_field.empty()) return;
  std::string_view time;
  for_each_word(row.times, [&](std::string_view pointer) {
    if (time.empty() && counter.find(pointer) != nullptr) time = pointer;
  });
  if (time.empty()) return;
  to.places.push_back({JsonRole::time, std::string(time)});
  add(to, JsonRole::date, row.date);
}

// The best place for one of the names: not below contents of the request, rather high than deep.
const PlaceCounter::Seen* place_named(const PlaceCounter& counter, std::span<const std::string_view> names,
                                      int most_depth, auto&& accepts) {
  for (int depth = 0; depth <= most_depth; ++depth) {
    for (const std::string_view name : names) {
      for (const PlaceCounter::Seen& seen : counter.seen) {
        if (seen.depth == depth && !seen.is_content && seen.name == name && accepts(seen)) return &seen;
      }
    }
  }
  return nullptr;
}

// Adds a place that the shape does not have yet. Returns false if it has it.
bool add_place(JsonShape& to, JsonRole role, const std::string& pointer) {
  const bool is_there = std::any_of(to.places.begin(), to.places.end(), [&](const JsonPlace& place) {
    return place.role == role && place.pointer == pointer;
  });
  if (!is_there) to.places.push_back({role, pointer});
  return !is_there;
}

// Adds what the names of an unknown format say of a request.
void add_request_by_names(JsonShape& to, const PlaceCounter& counter) {
  const auto any = [](const PlaceCounter::Seen& seen) { return !seen.first_value.empty(); };
  const auto add_named = [&](JsonRole role, std::span<const std::string_view> names, int most_depth) {
    if (const auto* seen = place_named(counter, names, most_depth, any)) add_place(to, role, seen->pointer);
  };
  add_named(JsonRole::client, kClients, 1);
  add_named(JsonRole::method, kMethods, 1);
  add_named(JsonRole::url, kUrls, 1);
  add_named(JsonRole::request, kRequests, 1);
  add_named(JsonRole::status, kStatuses, 1);
  add_named(JsonRole::inner, kInners, 0);
}

// The place of the time by its name. Nothing if less than half of the records have one.
const PlaceCounter::Seen* time_by_name(const PlaceCounter& counter, std::size_t records, int most_depth,
                                       const LineTime& times) {
  return place_named(counter, kTimes, most_depth, [&](const PlaceCounter::Seen& seen) {
    return 2 * seen.count >= records && reads_as_time(seen.first_value, times);
  });
}

// Adds what the names of an unknown format say.
void add_by_names(JsonShape& to, std::vector<std::string_view> records, std::string_view time_field,
                  const LineTime& times) {
  constexpr int kMostPrograms = 3;
  to.name = "JSON";
  // Programs that share a log name their fields differently. The records without the time of one are of another, whose
  // time then stands at the top of its records.
  for (int program = 0; program < kMostPrograms && (program == 0 || records.size() > 1); ++program) {
    PlaceCounter counter;
    for (const std::string_view record : records) counter.count(record);
    const auto* seen =
        time_field.empty() ? time_by_name(counter, records.size(), program == 0 ? 1 : 0, times) : nullptr;
    if (seen == nullptr && program == 0 && time_field.empty()) {
      const auto *date = counter.find("/date"), *time = counter.find("/time");
      if (date != nullptr && time != nullptr && reads_as_time(date->first_value + " " + time->first_value, times)) {
        add(to, JsonRole::date, "/date");
        add(to, JsonRole::time, "/time");
      }
    }
    PlaceCounter own;
    std::erase_if(records, [&](std::string_view record) {
      PlaceCounter one;
      one.count(record);
      const bool is_own = seen == nullptr ? program == 0 : one.find(seen->pointer) != nullptr;
      if (is_own) own.count(record);
      return is_own;
    });
    add_request_by_names(to, own);
    if (seen == nullptr || !add_place(to, JsonRole::time, seen->pointer)) return;
  }
}

}  // namespace

JsonShape shape_of(std::span<const std::string_view> lines, std::string_view time_field, const LineTime& times) {
  JsonShape shape;
  std::size_t objects = 0, others = 0;
  std::vector<std::string_view> records;
  PlaceCounter counter;
  const auto count = [&](std::string_view record) {
    records.push_back(record);
    counter.count(record);
  };
  for (const std::string_view line : lines) {
    const std::size_t at = json::skip_white(line, 0);
    if (at == line.size()) continue;
    const bool is_array = line[at] == '[';
    RecordFinder finder(line, {}, true);
    if (is_array) walk_json(line, finder);
    if (line[at] != '{' && finder.spans.empty()) {
      ++others;
      continue;
    }
    ++objects;
    for (const std::string_view events : kEvents) {
      if (is_array || !finder.spans.empty()) break;
      finder = RecordFinder(line, events, false);
      walk_json(line, finder);
      if (!finder.spans.empty()) shape.events = events;
    }
    shape.has_arrays = shape.has_arrays || is_array;
    if (finder.spans.empty()) count(line);
    for (const auto& [begin, end] : finder.spans) count(line.substr(begin, end - begin));
  }
  constexpr std::size_t kLeastShare = 20;  // one record in so many lines
  if (objects == 0 || objects * kLeastShare < others) return JsonShape{};
  shape.has_most_lines = objects > others;
  const JsonRow* const row = std::find_if(std::begin(kRows), std::end(kRows), [&](const JsonRow& known) {
    bool holds = true;
    for_each_word(known.marks, [&](std::string_view mark) {
      const auto* seen = counter.find(mark);
      holds = holds && seen != nullptr && 2 * seen->count >= records.size();
    });
    return holds;
  });
  if (row != std::end(kRows)) {
    add_row(shape, *row, counter, time_field);
  } else {
    add_by_names(shape, std::move(records), time_field, times);
  }
  if (!time_field.empty()) shape.places.push_back({JsonRole::time, std::string(time_field)});
  return shape;
}

std::string time_place(const JsonShape& shape) {
  std::string date, time;
  for (const JsonPlace& place : shape.places) {
    if (place.role == JsonRole::time) time += (time.empty() ? "" : ", or ") + place.pointer;
    if (place.role == JsonRole::date) date = place.pointer + " and ";
  }
  return date + time;
}

std::vector<std::string_view> carried_texts(const JsonShape& shape, std::span<const std::string_view> lines,
                                            base::Arena& arena) {
  std::vector<std::string_view> texts;
  const std::vector<Path> paths = paths_of(shape);
  const auto add_text = [&](std::string_view record) {
    LineBuilder builder(record, arena);
    RecordReader reader(paths, builder);
    walk_json(record, reader);
    std::string_view text =
        reader.carried.data() == nullptr ? std::string_view() : unescape_json(reader.carried, arena);
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    if (text.find_first_not_of(" \t") != std::string_view::npos) texts.push_back(text);
  };
  for (const std::string_view line : lines) {
    RecordFinder finder(line, shape.events, shape.has_arrays);
    if (!shape.events.empty() || shape.has_arrays) walk_json(line, finder);
    if (finder.spans.empty()) add_text(line);
    for (const auto& [begin, end] : finder.spans) add_text(line.substr(begin, end - begin));
  }
  return texts;
}

bool tells_request(const JsonShape& shape) {
  return std::any_of(shape.places.begin(), shape.places.end(), [](const JsonPlace& place) {
    return place.role != JsonRole::time && place.role != JsonRole::date && place.role != JsonRole::inner;
  });
}

std::shared_ptr<const FileFormat> make_json_format(JsonShape shape, LineTime time, bool needs_zone, bool needs_year,
                                                   Inner inner, std::string name) {
  return std::make_shared<JsonFormat>(std::move(shape), std::move(time), needs_zone, needs_year, std::move(inner),
                                      std::move(name));
}

}  // namespace assay::log
