// The name of a CPU, out of what Linux says of it.
#pragma once

#include <string>
#include <string_view>

namespace assay::bench {

// The value in the first line of `text` that begins with `name`: what follows the first of `separators`, without the
// spaces around it. Empty if there is no such line.
std::string field_of(std::string_view text, std::string_view name, std::string_view separators);

// The CPU that a text like /proc/cpuinfo describes: "AMD EPYC 9354". Of CPUs of aarch64 Linux only shows the numbers of
// maker and part. The usual ones have names here: "Arm Neoverse V1", or "Arm Cortex-A53 and Cortex-A72" if cores
// differ. Others are shown as numbers: "Arm part 0xfff", "CPU of implementer 0x99, part 0xd0c". "unknown" if the text
// has nothing of this.
std::string cpu_name(std::string_view cpuinfo);

}  // namespace assay::bench
