// The format of a log file: how the facts of its lines are read.
//
// learn() (learn.h) makes a format from the first lines of a file. A format is immutable; any number of threads may
// read with it, each with an arena of its own. Lines are foreign data: reading takes time linear in the line, allocates
// only in the arena, and never fails. What a line does not have, its facts do not have.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "log/line_facts.h"

namespace assay::log {

// How a container runtime splits long lines (joining.h puts them together).
enum class Joining : std::uint8_t {
  none,
  cri,       // the tags P and F behind the stream: containerd, CRI-O
  docker,    // JSON records whose "log" does not end in a line break
  journald,  // JSON records whose MESSAGE is an array of numbers
};

// Whether a line may be a record of its own: it holds something like a time (a clock, a date, a Unix time) anywhere, or
// begins with '{'. Such a line continues no other one, because the time of the other one may not be its own.
bool may_be_record(std::string_view line) noexcept;

class FileFormat {
 public:
  virtual ~FileFormat() = default;

  // As users see it: "nginx combined", "AWS ALB", "unknown".
  virtual std::string_view name() const noexcept = 0;
  // Reads one line, without its line break. Throws only std::bad_alloc.
  virtual LineFacts read(std::string_view line, base::Arena& arena) const = 0;
  // Sets `to`, which is empty, to what read() says of the time. Most formats can do that for less.
  virtual void read_time(std::string_view line, base::Arena& arena, TimeFacts& to) const { to = read(line, arena); }

  // Reads a line that a runtime had split. `text` is what it carries, as joined; `facts_line` is the whole line of its
  // first piece, which has the time. Regions are of `text`.
  virtual LineFacts read_joined(std::string_view text, std::string_view facts_line, base::Arena& arena) const;

  // Whether a line may hold many events. Then events() finds those of one line, in order, and appends them. Lines of
  // one record have none. A token outside every event has the facts of read().
  virtual bool has_events() const noexcept { return false; }
  virtual void events(std::string_view line, base::Arena& arena, std::vector<Event>& to) const;

  // W3C and CloudFront: the format of the lines behind this one, if it is a "#Fields:" or "#Date:" directive. Null if
  // it is none, or if this format has no directives. Several may be given, with line breaks between them.
  virtual std::shared_ptr<const FileFormat> after_directive(std::string_view line) const;

  virtual Joining joining() const noexcept { return Joining::none; }
  // Whether a line without a time in its place may continue the record before it, as the lines of a stack trace do. In
  // a format of requests each line is a record.
  virtual bool may_continue(std::string_view) const { return false; }
  // Whether its times name no zone and none was told, so that no line has a time.
  virtual bool needs_zone() const noexcept { return false; }
  // The same for times without a year, if nothing tells the year.
  virtual bool needs_year() const noexcept { return false; }
};

}  // namespace assay::log
