#include "log/format_mixed.h"

#include <utility>

#include "log/format_json.h"
#include "log/format_text.h"

namespace assay::log {
namespace {

class MixedFormat final : public FileFormat {
 public:
  MixedFormat(std::vector<std::shared_ptr<const FileFormat>> formats, std::string name)
      : formats_(std::move(formats)), name_(std::move(name)) {}

  std::string_view name() const noexcept override { return name_; }
  Joining joining() const noexcept override { return formats_.front()->joining(); }
  bool needs_zone() const noexcept override { return formats_.front()->needs_zone(); }
  bool needs_year() const noexcept override { return formats_.front()->needs_year(); }
  bool may_continue(std::string_view line) const override { return formats_.front()->may_continue(line); }
  bool has_events() const noexcept override { return formats_.front()->has_events(); }
  void events(std::string_view line, base::Arena& arena, std::vector<Event>& to) const override {
    formats_.front()->events(line, arena, to);
  }

  LineFacts read(std::string_view line, base::Arena& arena) const override {
    const LineFacts first = formats_.front()->read(line, arena);
    if (!first.time_text.empty() || !may_be_record(line)) return first;
    for (std::size_t i = 1; i < formats_.size(); ++i) {
      const LineFacts other = formats_[i]->read(line, arena);
      if (has_time(other)) return other;
    }
    return first;
  }
  LineFacts read_joined(std::string_view text, std::string_view facts_line, base::Arena& arena) const override {
    return formats_.front()->read_joined(text, facts_line, arena);
  }

 private:
  std::vector<std::shared_ptr<const FileFormat>> formats_;
  std::string name_;
};

// The names that most JSON logs use for their own fields, at the top of a record: a client can put none there.
JsonShape common_shape() {
  JsonShape shape;
  shape.name = "JSON";
  const auto add = [&](JsonRole role, std::initializer_list<const char*> names) {
    for (const char* name : names) shape.places.push_back({role, "/" + std::string(name)});
  };
  add(JsonRole::time, {"time", "ts", "timestamp", "@timestamp", "@t", "time_iso8601", "time_local", "start_time",
                       "eventTime", "datetime", "asctime", "date", "t", "msec"});
  add(JsonRole::client, {"client_ip", "clientIp", "remote_ip", "remote_addr", "remoteAddress", "ip"});
  add(JsonRole::method, {"method", "request_method"});
  add(JsonRole::url, {"uri", "url", "path", "request_uri"});
  add(JsonRole::request, {"request"});
  add(JsonRole::status, {"status", "status_code", "statusCode", "response_code"});
  return shape;
}

class AnyKnownFormat final : public FileFormat {
 public:
  explicit AnyKnownFormat(const LineTime& time)
      : time_(time), json_(make_json_format(common_shape(), time, false, false)) {}

  std::string_view name() const noexcept override { return "any known"; }
  LineFacts read(std::string_view line, base::Arena& arena) const override {
    if (line.starts_with('{')) return json_->read(line, arena);
    for (const TextRow& row : text_rows()) {
      if (!is_distinct(row)) continue;
      if (const std::optional<TextFit> found = fit(row, line, time_, true, arena)) return found->facts;
    }
    return {};
  }

 private:
  LineTime time_;
  std::shared_ptr<const FileFormat> json_;
};

}  // namespace

std::shared_ptr<const FileFormat> make_mixed_format(std::vector<std::shared_ptr<const FileFormat>> formats,
                                                    std::string name) {
  return std::make_shared<MixedFormat>(std::move(formats), std::move(name));
}

std::shared_ptr<const FileFormat> make_any_known_format(const LineTime& time) {
  return std::make_shared<AnyKnownFormat>(time);
}

}  // namespace assay::log
