#include "log/format.h"

#include <algorithm>

#include "base/record_time.h"

namespace assay::log {

bool begins_record(std::string_view line) {
  constexpr std::size_t kLeastTime = 8;  // bytes: a shorter one is more likely a number
  for (const std::string_view name : {"ts=", "time=", "timestamp="}) {
    if (line.starts_with(name)) line.remove_prefix(name.size());
  }
  if (line.starts_with('<')) line.remove_prefix(std::min(line.find('>'), line.size() - 1) + 1);
  while (!line.empty() && (line.front() == '[' || line.front() == '"' || line.front() == '(')) line.remove_prefix(1);
  if (line.starts_with('{')) return true;
  const auto time = base::TimeReader().read_prefix(line);
  return time && time->size >= kLeastTime;
}

void FileFormat::events(std::string_view, base::Arena&, std::vector<Event>&) const {}

std::shared_ptr<const FileFormat> FileFormat::after_directive(std::string_view) const { return nullptr; }

}  // namespace assay::log
