#include "bench/cpu_name.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::bench {
namespace {

// The lines that Linux 6.1 prints of each core of an aarch64 CPU.
std::string core(const std::string& implementer, const std::string& part) {
  std::string lines = "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32\n";
  lines += "CPU implementer\t: " + implementer + "\nCPU architecture: 8\nCPU variant\t: 0x3\n";
  lines += "CPU part\t: " + part + "\nCPU revision\t: 1\n\n";
  return lines;
}

TEST(CpuName, IsTheOneThatLinuxSays) {
  EXPECT_EQ(cpu_name("processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel\t\t: 17\n"
                     "model name\t: AMD EPYC 9354 32-Core Processor\nstepping\t: 1\n"),
            "AMD EPYC 9354 32-Core Processor");
}

TEST(CpuName, OfAnArmCpuIsThatOfItsPart) {
  EXPECT_EQ(cpu_name(core("0x41", "0xd0c")), "Arm Neoverse N1");
  EXPECT_EQ(cpu_name(core("0x41", "0xd40") + core("0x41", "0xd40")), "Arm Neoverse V1");
  EXPECT_EQ(cpu_name(core("0x41", "0xd4f")), "Arm Neoverse V2");
}

TEST(CpuName, HasEveryKindOfCoreOnce) {
  const std::string little = core("0x41", "0xd03"), big = core("0x41", "0xd08");
  EXPECT_EQ(cpu_name(little + little + big + big), "Arm Cortex-A53 and Cortex-A72");
  EXPECT_EQ(cpu_name(big + core("0x61", "0x022")), "Arm Cortex-A72 and Apple part 0x022");
}

TEST(CpuName, OfAnUnknownPartIsItsNumber) {
  EXPECT_EQ(cpu_name(core("0x41", "0xfff")), "Arm part 0xfff");
  EXPECT_EQ(cpu_name(core("0xc0", "0xac3")), "Ampere part 0xac3");
  // The numbers of parts are each maker's own.
  EXPECT_EQ(cpu_name(core("0x99", "0xd0c")), "CPU of implementer 0x99, part 0xd0c");
}

TEST(CpuName, PrefersThePartToTheNameOfTheBoard) {
  EXPECT_EQ(cpu_name(core("0x41", "0xd08") + "Hardware\t: BCM2835\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n"),
            "Arm Cortex-A72");
  EXPECT_EQ(cpu_name("Processor\t: AArch64 Processor rev 4 (aarch64)\n" + core("0x41", "0xd03")), "Arm Cortex-A53");
}

TEST(CpuName, OfABrokenTextIsWhatRemains) {
  EXPECT_EQ(cpu_name(""), "unknown");
  EXPECT_EQ(cpu_name("no colon in this line"), "unknown");
  EXPECT_EQ(cpu_name("CPU part\t: 0xd0c\n"), "unknown");
  EXPECT_EQ(cpu_name(core("0x41", "")), "unknown");
  EXPECT_EQ(cpu_name(core("65", "0xd0c")), "unknown");
  EXPECT_EQ(cpu_name(core("0x41", "0xd0c and more") + core("0x41", "0xd40")), "Arm Neoverse V1");
  EXPECT_EQ(cpu_name(core("0x41", "0x123456789abc")), "unknown");
  EXPECT_EQ(cpu_name(core("nothing", "0xd40") + "Model: a board\n"), "a board");
  EXPECT_EQ(cpu_name("CPU implementer\t: 0x41\nCPU part\t: 0xd49"), "Arm Neoverse N2");
}

}  // namespace
}  // namespace assay::bench
