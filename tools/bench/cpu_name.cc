#include "bench/cpu_name.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <optional>
#include <vector>

namespace assay::bench {
namespace {

struct Named {
  unsigned number;
  const char* name;
};

// MIDR_EL1.Implementer (Arm Architecture Reference Manual): those who make CPUs for servers, desktops and small boards.
constexpr Named kImplementers[] = {{0x41, "Arm"},       {0x42, "Broadcom"}, {0x43, "Cavium"},   {0x46, "Fujitsu"},
                                   {0x48, "HiSilicon"}, {0x4e, "NVIDIA"},   {0x51, "Qualcomm"}, {0x61, "Apple"},
                                   {0x6d, "Microsoft"}, {0xc0, "Ampere"}};

// MIDR_EL1.PartNum of Arm's own CPUs, from their technical reference manuals.
constexpr Named kArmParts[] = {
    {0xd03, "Cortex-A53"},  {0xd04, "Cortex-A35"},  {0xd05, "Cortex-A55"},  {0xd07, "Cortex-A57"},
    {0xd08, "Cortex-A72"},  {0xd09, "Cortex-A73"},  {0xd0a, "Cortex-A75"},  {0xd0b, "Cortex-A76"},
    {0xd0c, "Neoverse N1"}, {0xd0d, "Cortex-A77"},  {0xd40, "Neoverse V1"}, {0xd41, "Cortex-A78"},
    {0xd44, "Cortex-X1"},   {0xd46, "Cortex-A510"}, {0xd47, "Cortex-A710"}, {0xd48, "Cortex-X2"},
    {0xd49, "Neoverse N2"}, {0xd4a, "Neoverse E1"}, {0xd4b, "Cortex-A78C"}, {0xd4d, "Cortex-A715"},
    {0xd4e, "Cortex-X3"},   {0xd4f, "Neoverse V2"}, {0xd84, "Neoverse V3"}, {0xd8e, "Neoverse N3"}};

const char* name_in(const Named* first, const Named* last, unsigned number) {
  const Named* const found = std::find_if(first, last, [number](const Named& row) { return row.number == number; });
  return found == last ? nullptr : found->name;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin, end - begin + 1);
}

// "0x41", as the kernel writes these numbers. Nothing if the text is another one.
std::optional<unsigned> hexadecimal(std::string_view text) {
  if (!text.starts_with("0x")) return std::nullopt;
  text.remove_prefix(2);
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string in_hexadecimal(unsigned number, int digits) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%0*x", digits, number);
  return text;
}

struct Core {
  unsigned implementer, part;
  bool operator==(const Core&) const = default;
};

// The kinds of cores in the order of the text, each once. A core whose lines are not numbers counts as none.
std::vector<Core> cores_of(std::string_view cpuinfo) {
  std::vector<Core> cores;
  std::optional<unsigned> implementer;
  while (!cpuinfo.empty()) {
    const std::string_view line = cpuinfo.substr(0, cpuinfo.find('\n'));
    cpuinfo.remove_prefix(std::min(line.size() + 1, cpuinfo.size()));
    const std::string_view name = trimmed(line.substr(0, line.find(':')));
    const std::string_view value = trimmed(line.substr(std::min(line.find(':') + 1, line.size())));
    if (name == "CPU implementer") implementer = hexadecimal(value);
    if (name != "CPU part") continue;
    if (const auto part = hexadecimal(value); implementer && part) {
      const Core core{*implementer, *part};
      if (std::find(cores.begin(), cores.end(), core) == cores.end()) cores.push_back(core);
    }
  }
  return cores;
}

std::string name_of(const Core& core) {
  if (core.implementer == 0x41) {
    if (const char* part = name_in(std::begin(kArmParts), std::end(kArmParts), core.part)) return part;
  }
  return "part " + in_hexadecimal(core.part, 3);
}

std::string maker_of(const Core& core) {
  const char* name = name_in(std::begin(kImplementers), std::end(kImplementers), core.implementer);
  if (name != nullptr) return name;
  return "CPU of implementer " + in_hexadecimal(core.implementer, 2) + ",";
}

}  // namespace

std::string field_of(std::string_view text, std::string_view name, std::string_view separators) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with(name)) {
      const std::size_t value = line.find_first_of(separators, name.size());
      if (value != std::string_view::npos) return std::string(trimmed(line.substr(value + 1)));
    }
    at = end + 1;
  }
  return "";
}

std::string cpu_name(std::string_view cpuinfo) {
  const std::vector<Core> cores = cores_of(cpuinfo);
  std::string text;
  for (std::size_t i = 0; i < cores.size(); ++i) {
    if (i > 0) text += " and ";
    if (i == 0 || cores[i].implementer != cores[i - 1].implementer) text += maker_of(cores[i]) + " ";
    text += name_of(cores[i]);
  }
  if (!text.empty()) return text;
  for (const char* name : {"model name", "Model", "cpu model", "Processor"}) {
    if (std::string found = field_of(cpuinfo, name, ":"); !found.empty()) return found;
  }
  return "unknown";
}

}  // namespace assay::bench
