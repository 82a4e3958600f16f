#include "base/suggest.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/flags.h"

namespace assay::cli {
namespace {

using base::nearest;

const std::vector<std::string> kNames = {"--issuer", "--audience", "--public-key", "--require-scope", "--at", "--typ"};

TEST(Suggest, FindsTheNameAFewSlipsAway) {
  for (const char* slip : {"--isuer", "--issuser", "--issure", "--ussuer", "-issuer", "issuer", "--Issuer", "--ISUER"})
    EXPECT_EQ(nearest(slip, kNames), "--issuer") << slip;
  EXPECT_EQ(nearest("--publik-kye", kNames), "--public-key");
  EXPECT_EQ(nearest("--require_scope", kNames), "--require-scope");
}

TEST(Suggest, FindsTheNameThatBeginsSoOrHoldsTheWord) {
  EXPECT_EQ(nearest("--aud", kNames), "--audience");
  EXPECT_EQ(nearest("--require", kNames), "--require-scope");
  EXPECT_EQ(nearest("--key", kNames), "--public-key");
  EXPECT_EQ(nearest("--scope", kNames), "--require-scope");
}

TEST(Suggest, FindsNothingThatIsFarAway) {
  for (const char* word : {"", "-", "--", "--x", "--frobnicate", "--colour", "--ey", "--ublic-ke-of-the-house"})
    EXPECT_EQ(nearest(word, kNames), std::nullopt) << word;
  EXPECT_EQ(nearest(std::string(5000, 'i'), kNames), std::nullopt);
  EXPECT_EQ(nearest("--issuer", {}), std::nullopt);
}

TEST(Suggest, EveryFlagIsFoundWithTwoOfItsLettersSwapped) {
  for (const char* command : {"verify", "report", "inspect", "mint", "keygen", "bench"}) {
    std::vector<std::string> names;
    for (const Flag& flag : flags_of(command))
      if (!flag.positional()) names.push_back(flag.name);
    for (const std::string& name : names) {
      if (name.size() < 6) continue;  // "--at" becomes "--ta": no name is near for certain
      std::string slip = name;
      std::swap(slip[3], slip[4]);
      EXPECT_EQ(nearest(slip, names), name) << command << " " << slip;
    }
  }
}

}  // namespace
}  // namespace assay::cli
