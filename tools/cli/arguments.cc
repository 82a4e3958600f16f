#include "arguments.h"

#include <algorithm>

#include "flags.h"

namespace assay::cli {

bool Arguments::gave(std::string_view name) const {
  return std::any_of(given.begin(), given.end(), [name](const GivenFlag& flag) { return flag.flag->name == name; });
}

std::vector<std::pair<std::string, std::string>> Arguments::manifest() const {
  std::vector<std::pair<std::string, std::string>> options;
  for (const auto& [flag, value] : given) {
    if (flag->record != Record::nothing) options.emplace_back(flag->name, value);
  }
  return options;
}

}  // namespace assay::cli
