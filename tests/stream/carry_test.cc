#include "stream/carry.h"

#include <gtest/gtest.h>

#include <string>

#include "codec/json.h"
#include "stream/verdict_text.h"

namespace assay::stream {
namespace {

const std::string kToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl";

std::string ath(std::string_view token) {
  std::string text(kFingerprintRoom, '\0');
  write_fingerprint(text.data(), token);
  return text;
}

class Carry : public testing::Test {
 protected:
  std::string carried(const std::string& json, std::string_view own = {}) {
    std::string to(without_tokens(json, own, arena_));
    EXPECT_NE(codec::parse_json(to, codec::JsonDialect::rfc8259, arena_), nullptr) << to;
    return to;
  }
  base::Arena arena_;
};

TEST_F(Carry, LeavesWhatHoldsNoToken) {
  for (const std::string json : {"null", "1.50", "\"\"", R"("req-1.2.3")", R"({"a": [1, "x.y.z"]})", R"("\n \"q\"")"}) {
    EXPECT_EQ(carried(json), json);
    EXPECT_EQ(carried(json, "another token, not in it"), json);
  }
}

TEST_F(Carry, ReplacesATokenWhereverItStands) {
  const std::string a = ath(kToken);
  EXPECT_EQ(carried('"' + kToken + '"'), '"' + a + '"');
  EXPECT_EQ(carried("\"Bearer " + kToken + '"'), "\"Bearer " + a + '"');
  EXPECT_EQ(carried("\"/?t=" + kToken + "&u=" + kToken + "&s=1\""), "\"/?t=" + a + "&u=" + a + "&s=1\"");
  EXPECT_EQ(carried(R"({"h": {"a": [")" + kToken + R"("]}})"), R"({"h": {"a": [")" + a + R"("]}})");
  EXPECT_EQ(carried(R"({")" + kToken + R"(": 1})"), R"({")" + a + R"(": 1})");
  EXPECT_EQ(carried(R"("{\"t\":\")" + kToken + R"(\"}\n")"), R"("{\"t\":\")" + a + R"(\"}\n")");
}

TEST_F(Carry, ReplacesATokenThatEscapesHide) {
  const std::string a = ath(kToken);
  EXPECT_EQ(carried(R"("\u0065)" + kToken.substr(1) + '"'), '"' + a + '"');
  EXPECT_EQ(carried(R"({"a":[1.50,true,null,"\/?t\u003d)" + kToken + "\"]}"),
            R"({"a":[1.50,true,null,"/?t=)" + a + "\"]}");
}

TEST_F(Carry, ReplacesTheRecordsOwnTokenEvenIfItIsOpaque) {
  const std::string opaque = "0123456789/abcdef";
  EXPECT_EQ(carried('"' + opaque + '"', opaque), '"' + ath(opaque) + '"');
  EXPECT_EQ(carried("\"Bearer 0123456789\\/abcdef\"", opaque), "\"Bearer " + ath(opaque) + '"');
  EXPECT_EQ(carried(R"({"a":"x0123456789/abcdefx"})", opaque), R"({"a":"x)" + ath(opaque) + R"(x"})");
  // A short one only as the whole of a string.
  EXPECT_EQ(carried(R"({"a":"key","b":"monkey"})", "key"), R"({"a":")" + ath("key") + R"(","b":"monkey"})");
  EXPECT_EQ(carried(R"("a \"quoted\" secret")", "a \"quoted\" secret"), '"' + ath("a \"quoted\" secret") + '"');
}

}  // namespace
}  // namespace assay::stream
