#include "log/format_columns.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "log/line_builder.h"

namespace assay::log {
namespace {

enum class Column : std::uint8_t {
  other,
  date,
  time,
  date_time,
  client,
  method,
  path,
  query,
  url,
  status,
  referrer,
  cookie,
  authorization,
  agent,
};

// Whether a client chooses what the column holds.
bool is_of_client(Column column) noexcept {
  switch (column) {
    case Column::path:
    case Column::query:
    case Column::url:
    case Column::referrer:
    case Column::cookie:
    case Column::authorization:
    case Column::agent:
      return true;
    default:
      return false;
  }
}

struct ColumnName {
  std::string_view name;
  Column column;
};
constexpr ColumnName kColumns[] = {{"date", Column::date},
                                   {"time", Column::time},
                                   {"timestamp", Column::date_time},
                                   {"datetime", Column::date_time},
                                   {"date-time", Column::date_time},
                                   {"c-ip", Column::client},
                                   {"cs-method", Column::method},
                                   {"cs-uri-stem", Column::path},
                                   {"cs-uri-query", Column::query},
                                   {"cs-uri", Column::url},
                                   {"sc-status", Column::status},
                                   {"cs(Referer)", Column::referrer},
                                   {"cs(Cookie)", Column::cookie},
                                   {"cs(Authorization)", Column::authorization},
                                   {"cs(User-Agent)", Column::agent},
                                   {"cs-username", Column::agent},
                                   {"cs-host", Column::agent},
                                   {"cs(Host)", Column::agent}};

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// Takes the next field off the line. With blanks between fields, one that begins with a quote goes to the next quote.
std::string_view take_field(std::string_view& line, char separator) noexcept {
  if (separator == ' ' && line.starts_with('"')) {
    const std::size_t quote = std::min(line.find('"', 1), line.size());
    const std::string_view field = line.substr(1, quote - 1);
    line.remove_prefix(std::min(line.size(), quote + 1));
    if (line.starts_with(separator)) line.remove_prefix(1);
    return field;
  }
  const std::size_t end = std::min(line.find(separator), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(line.size(), end + 1));
  return field;
}

class ColumnFormat final : public FileFormat {
 public:
  ColumnFormat(std::string_view fields, std::string_view date, LineTime time)
      : fields_(fields), date_(date), time_(std::move(time)) {
    is_cloudfront_ = fields.find("x-edge-location") != std::string_view::npos;
    while (!fields.empty()) {
      const auto end = std::find_if(fields.begin(), fields.end(), is_blank);
      const std::string_view name = fields.substr(0, static_cast<std::size_t>(end - fields.begin()));
      fields.remove_prefix(std::min(fields.size(), name.size() + 1));
      if (name.empty()) continue;
      const auto* const known = std::find_if(std::begin(kColumns), std::end(kColumns),
                                             [&](const ColumnName& row) { return row.name == name; });
      columns_.push_back(known == std::end(kColumns) ? Column::other : known->column);
    }
  }

  std::string_view name() const noexcept override { return is_cloudfront_ ? "AWS CloudFront" : "W3C extended"; }

  LineFacts read(std::string_view line, base::Arena& arena) const override {
    if (line.ends_with('\r')) line.remove_suffix(1);
    LineBuilder to(line, arena);
    if (line.starts_with('#')) return to.finish();
    const char separator = line.find('\t') == std::string_view::npos ? ' ' : '\t';
    const bool is_sound = has_sound_fields(line, separator);
    std::string_view date, time, rest = line;
    for (const Column column : columns_) {
      // A blank or a quote that a client wrote has moved the fields behind it.
      if (rest.empty() || (!is_sound && is_of_client(column))) break;
      const std::string_view field = take_field(rest, separator);
      if (column == Column::date) {
        date = field;
      } else if (column == Column::time) {
        time = field;
      } else {
        take(column, field, to);
      }
    }
    if (!date.empty() && !time.empty()) read_date_time(line, date, time, to);
    if (!has_date() && !time.empty()) read_time_of_date(time, to);
    return to.finish();
  }

  std::shared_ptr<const FileFormat> after_directive(std::string_view directives) const override {
    std::string_view fields, date;
    while (!directives.empty()) {
      const std::string_view line = directives.substr(0, directives.find('\n'));
      directives.remove_prefix(std::min(directives.size(), line.size() + 1));
      if (const std::string_view named = fields_of(line); !named.empty()) fields = named;
      if (const std::string_view told = date_of(line); !told.empty()) date = told;
    }
    if (fields.empty() && date.empty()) return nullptr;
    return std::make_shared<ColumnFormat>(fields.empty() ? fields_ : fields, date.empty() ? date_ : date, time_);
  }

 private:
  // Whether the fields are those of the columns. A line with fewer was cut, unless a quote hides some.
  bool has_sound_fields(std::string_view line, char separator) const noexcept {
    const bool has_quotes = separator == ' ' && line.find('"') != std::string_view::npos;
    std::size_t fields = 0;
    for (std::string_view rest = line; !rest.empty(); ++fields) take_field(rest, separator);
    return has_quotes ? fields == columns_.size() : fields <= columns_.size();
  }

  void take(Column column, std::string_view field, LineBuilder& to) const {
    switch (column) {
      case Column::date_time:
        return time_.read_whole(field, to.facts);
      case Column::client:
        return to.client(field);
      case Column::method:
        return to.method(field);
      case Column::path:
        return to.path(field);
      case Column::query:
        return to.region(field, Where::query);
      case Column::url:
        return to.url(field);
      case Column::status:
        return to.status(field);
      case Column::referrer:
        return to.region(field, Where::referrer);
      case Column::cookie:
        return to.region(field, Where::cookie);
      case Column::authorization:
        return to.region(field, Where::authorization);
      default:
        return;
    }
  }

  bool has_date() const noexcept {
    return std::any_of(columns_.begin(), columns_.end(),
                       [](Column column) { return column == Column::date || column == Column::date_time; });
  }

  // A time of the day, in a log whose "#Date:" says when it was begun: "2026-11-28 12:00:00". An earlier time of the
  // day is of the next day.
  void read_time_of_date(std::string_view time, LineBuilder& to) const {
    constexpr std::size_t kDate = 10;
    constexpr std::int64_t kDay = 86400;
    if (date_.size() <= kDate) return;
    char* const both = to.arena().allocate(kDate + 1 + time.size());
    std::copy_n(date_.begin(), kDate + 1, both);
    std::copy(time.begin(), time.end(), both + kDate + 1);
    time_.read_whole({both, kDate + 1 + time.size()}, to.facts);
    if (to.facts.time && time < std::string_view(date_).substr(kDate + 1)) to.facts.time->seconds += kDay;
  }

  void read_date_time(std::string_view line, std::string_view date, std::string_view time, LineBuilder& to) const {
    const auto begin = static_cast<std::size_t>(date.data() - line.data());
    if (date.data() + date.size() + 1 == time.data()) {
      return time_.read_whole(line.substr(begin, date.size() + 1 + time.size()), to.facts);
    }
    const std::size_t size = date.size() + 1 + time.size();
    char* const both = to.arena().allocate(size);
    std::copy(date.begin(), date.end(), both);
    both[date.size()] = ' ';
    std::copy(time.begin(), time.end(), both + date.size() + 1);
    time_.read_whole({both, size}, to.facts);
  }

  bool is_cloudfront_ = false;
  std::string fields_, date_;  // of the directives; the date may be missing
  std::vector<Column> columns_;
  LineTime time_;
};

}  // namespace

namespace {

// What stands behind the name of a directive.
std::string_view value_of(std::string_view line, std::string_view directive) noexcept {
  if (!line.starts_with(directive)) return {};
  line.remove_prefix(directive.size());
  while (!line.empty() && (is_blank(line.front()) || line.front() == '\r')) line.remove_prefix(1);
  while (!line.empty() && (is_blank(line.back()) || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::string_view fields_of(std::string_view line) noexcept { return value_of(line, "#Fields:"); }
std::string_view date_of(std::string_view line) noexcept { return value_of(line, "#Date:"); }

std::string with_directive(std::string_view directives, std::string_view line) {
  const std::string_view name = line.substr(0, line.find(':'));
  std::string to;
  while (!directives.empty()) {
    const std::string_view one = directives.substr(0, directives.find('\n'));
    directives.remove_prefix(std::min(directives.size(), one.size() + 1));
    if (one.substr(0, one.find(':')) != name) to += std::string(one) + "\n";
  }
  return to + std::string(line);
}

std::shared_ptr<const FileFormat> make_column_format(std::string_view fields, std::string_view date, LineTime time) {
  return std::make_shared<ColumnFormat>(fields, date, std::move(time));
}

}  // namespace assay::log
