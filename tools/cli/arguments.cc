#include "arguments.h"

#include <algorithm>

#include "flags.h"

namespace assay::cli {

bool Arguments::gave(std::string_view name) const {
  return std::any_of(given.begin(), given.end(), [name](const GivenFlag& flag) { return flag.flag->name == name; });
}

Result<void> Arguments::settle() {
  if (!gave("--secret-encoding")) return {};
  bool any = false;
  for (KeySource& key : verifier.keys) {
    if (key.kind != KeySource::Kind::secret_file) continue;
    key.encoding = secret_encoding;
    any = true;
  }
  if (any) return {};
  return Error{"--secret-encoding: there is no secret to decode; give --secret-file, or leave it out"};
}

std::vector<std::pair<std::string, std::string>> Arguments::manifest() const {
  std::vector<std::pair<std::string, std::string>> options;
  for (const auto& [flag, value] : given) {
    if (flag->record != Record::nothing) options.emplace_back(flag->name, value);
  }
  return options;
}

std::vector<std::pair<std::string, std::string>> Arguments::decisive() const {
  std::vector<std::pair<std::string, std::string>> options;
  for (const auto& [flag, value] : given) {
    if (flag->record != Record::nothing && !flag->presentation) options.emplace_back(flag->name, value);
  }
  return options;
}

}  // namespace assay::cli
