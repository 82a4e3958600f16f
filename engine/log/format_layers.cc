#include "log/format_layers.h"

#include <algorithm>
#include <utility>

#include "log/line_time.h"

namespace assay::log {
namespace {

constexpr char kEscape = '\x1B';

// The size of the sequence "ESC [ parameters letter" that a text begins with; 0: it begins with none.
std::size_t sequence_size(std::string_view text) noexcept {
  if (!text.starts_with("\x1B[")) return 0;
  std::size_t size = 2;
  while (size < text.size() && text[size] >= 0x20 && text[size] < 0x40) ++size;
  return size < text.size() && text[size] >= 0x40 && text[size] < 0x7F ? size + 1 : 0;
}

// Finds where bytes of a carried text stand on its line. Places that come in order cost one pass.
class Places {
 public:
  Places(std::string_view written, InnerCoding coding) noexcept : written_(written), coding_(coding) {}

  // The place of byte `wanted` of the carried text in the written one.
  std::size_t of(std::size_t wanted) noexcept {
    if (coding_ == InnerCoding::plain) return wanted;
    if (wanted < plain_) at_ = plain_ = 0;
    const char mark = coding_ == InnerCoding::json ? '\\' : kEscape;
    while (plain_ < wanted || (coding_ == InnerCoding::colours && sequence_size(written_.substr(at_)) != 0)) {
      const std::size_t next = std::min(written_.find(mark, at_), written_.size());
      const std::size_t run = std::min(next - at_, wanted - plain_);
      at_ += run;
      plain_ += run;
      if (at_ == written_.size() || at_ < next) break;
      if (coding_ == InnerCoding::colours) {
        const std::size_t size = sequence_size(written_.substr(at_));
        at_ += std::max<std::size_t>(size, 1);
        plain_ += size == 0 ? 1 : 0;
      } else if (plain_ < wanted) {
        const JsonEscape escape = json_escape_at(written_.substr(at_));
        at_ += escape.written;
        plain_ += escape.plain;
      }
    }
    return at_;
  }

 private:
  std::string_view written_;
  InnerCoding coding_;
  std::size_t at_ = 0, plain_ = 0;
};

std::string_view plain_text(std::string_view written, InnerCoding coding, base::Arena& arena) {
  switch (coding) {
    case InnerCoding::json:
      return unescape_json(written, arena);
    case InnerCoding::colours:
      return without_colours(written, arena);
    case InnerCoding::plain:
      break;
  }
  return written;
}

void add_regions(std::span<const Region> regions, std::string_view written, InnerCoding coding, LineBuilder& to) {
  Places places(written, coding);
  for (const Region& region : regions) {
    const std::size_t begin = places.of(region.begin), end = places.of(region.end);
    to.region(written.substr(begin, end - begin), region.where);
  }
}

class ColouredFormat final : public FileFormat {
 public:
  explicit ColouredFormat(std::shared_ptr<const FileFormat> format) : format_(std::move(format)) {}

  std::string_view name() const noexcept override { return format_->name(); }
  Joining joining() const noexcept override { return format_->joining(); }
  bool needs_zone() const noexcept override { return format_->needs_zone(); }
  bool needs_year() const noexcept override { return format_->needs_year(); }
  bool may_continue(std::string_view line) const override {
    base::Arena arena;
    return format_->may_continue(without_colours(line, arena));
  }
  bool has_events() const noexcept override { return format_->has_events(); }
  void events(std::string_view line, base::Arena& arena, std::vector<Event>& to) const override {
    format_->events(line, arena, to);
  }
  std::shared_ptr<const FileFormat> after_directive(std::string_view line) const override {
    return format_->after_directive(line);
  }

  LineFacts read(std::string_view line, base::Arena& arena) const override {
    if (!has_colours(line)) return format_->read(line, arena);
    LineBuilder to(line, arena);
    to.facts = format_->read(without_colours(line, arena), arena);
    add_regions(std::exchange(to.facts.regions, {}), line, InnerCoding::colours, to);
    return to.finish();
  }
  LineFacts read_joined(std::string_view text, std::string_view facts_line, base::Arena& arena) const override {
    return format_->read_joined(text, without_colours(facts_line, arena), arena);
  }

 private:
  std::shared_ptr<const FileFormat> format_;
};

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
    LineFacts facts = formats_.front()->read(line, arena);
    const bool is_known = !facts.time_text.empty() || !may_be_record(line);
    for (std::size_t i = 1; i < formats_.size() && !is_known; ++i) {
      const LineFacts other = formats_[i]->read(line, arena);
      if (!has_time(other)) continue;
      facts = other;
      break;
    }
    return facts;
  }
  LineFacts read_joined(std::string_view text, std::string_view facts_line, base::Arena& arena) const override {
    return formats_.front()->read_joined(text, facts_line, arena);
  }

 private:
  std::vector<std::shared_ptr<const FileFormat>> formats_;
  std::string name_;
};

}  // namespace

void read_inner(const Inner& inner, std::string_view written, InnerCoding coding, LineBuilder& to) {
  std::string_view text = plain_text(written, coding, to.arena());
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const LineFacts found = inner.format->read(text, to.arena());
  if (inner.has_times && !has_time(found) && !text.starts_with('{')) return;
  LineFacts& facts = to.facts;
  if (inner.gives_time && has_time(found)) {
    facts.time = found.time;
    facts.fault = found.fault;
    facts.repeated = found.repeated;
    facts.skipped = found.skipped;
    facts.time_text = found.time_text;
  }
  if (facts.client.empty()) facts.client = found.client;
  if (facts.method.empty()) facts.method = found.method;
  if (facts.path.empty()) facts.path = found.path;
  if (facts.status == 0) facts.status = found.status;
  add_regions(found.regions, written, coding, to);
}

bool has_colours(std::string_view line) noexcept { return line.find(kEscape) != std::string_view::npos; }

std::string_view without_colours(std::string_view line, base::Arena& arena) {
  if (!has_colours(line)) return line;
  char* const begin = arena.allocate(line.size());
  char* to = begin;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t sequence = line[at] == kEscape ? sequence_size(line.substr(at)) : 0;
    if (sequence == 0) *to++ = line[at];
    at += std::max<std::size_t>(sequence, 1);
  }
  arena.shrink_last(line.size(), static_cast<std::size_t>(to - begin));
  return {begin, static_cast<std::size_t>(to - begin)};
}

std::shared_ptr<const FileFormat> make_coloured_format(std::shared_ptr<const FileFormat> format) {
  return std::make_shared<ColouredFormat>(std::move(format));
}

std::shared_ptr<const FileFormat> make_mixed_format(std::vector<std::shared_ptr<const FileFormat>> formats,
                                                    std::string name) {
  return std::make_shared<MixedFormat>(std::move(formats), std::move(name));
}

}  // namespace assay::log
