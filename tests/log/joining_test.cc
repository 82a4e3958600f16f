#include "log/joining.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::log {
namespace {

using Outcome = Joiner::Outcome;

// "whole", "kept", or "joined(TEXT; LINE@OFFSET+BEGIN ...; FACTS)".
std::string shown(const Joiner& joiner, Outcome outcome) {
  if (outcome == Outcome::whole) return "whole";
  if (outcome == Outcome::kept) return "kept";
  const JoinedLine& line = joiner.joined();
  std::string to = (line.cut ? "cut(" : "joined(") + std::string(line.text) + ";";
  for (const Piece& piece : line.pieces) {
    to += " " + std::to_string(piece.line_number) + "@" + std::to_string(piece.offset) + "+" +
          std::to_string(piece.begin);
  }
  return to + "; " + std::string(line.facts_line.substr(0, 20)) + ")";
}

std::vector<std::string> run(Joining joining, const std::vector<std::string>& lines) {
  Joiner joiner(joining);
  std::vector<std::string> all;
  std::uint64_t number = 0, offset = 0;
  for (const std::string& line : lines) {
    all.push_back(shown(joiner, joiner.feed(line, ++number, offset)));
    offset += line.size() + 1;
  }
  while (joiner.flush()) all.push_back("end " + shown(joiner, Outcome::joined));
  return all;
}

using Strings = std::vector<std::string>;

TEST(Joining, JoinsCriLinesOfEachStream) {
  EXPECT_EQ(run(Joining::cri, {"2026-11-28T12:00:00Z stdout F whole", "2026-11-28T12:00:01Z stdout P a b",
                               "2026-11-28T12:00:02Z stderr P x", "2026-11-28T12:00:03Z stdout P c",
                               "2026-11-28T12:00:04Z stderr F y", "2026-11-28T12:00:05Z stdout F ",
                               "2026-11-28T12:00:06Z stderr F whole", "2026-11-28T12:00:07Z stdout F whole"}),
            (Strings{"whole", "kept", "kept", "kept", "joined(xy; 3@70+0 5@134+1; 2026-11-28T12:00:02Z)",
                     "joined(a bc; 2@36+0 4@102+3 6@166+4; 2026-11-28T12:00:01Z)", "whole", "whole"}));
}

TEST(Joining, JoinsDockerRecordsWithoutALineBreak) {
  EXPECT_EQ(
      run(Joining::docker,
          {R"({"log":"whole\n","stream":"stdout","time":"t1"})", R"({"log":"a\"","stream":"stdout","time":"t2"})",
           R"({"log":"other\n","stream":"stderr","time":"t3"})", R"({"log":"\u00e9\n","stream":"stdout","time":"t4"})",
           R"({"log":"ends in \\n","stream":"stdout","time":"t5"})", R"({"stream":"stdout","log":"!\n"})"}),
      (Strings{"whole", "kept", "whole", "joined(a\"\xc3\xa9; 2@48+0 4@140+2; {\"log\":\"a\\\"\",\"stream)", "kept",
               "joined(ends in \\n!; 5@189+0 6@241+10; {\"log\":\"ends in \\\\n\")"}));
}

TEST(Joining, WritesOutJournaldMessagesOfNumbers) {
  EXPECT_EQ(run(Joining::journald, {R"({"MESSAGE":"text","_PID":"7"})", R"({"MESSAGE":[101,121,74,27],"_PID":"7"})",
                                    R"({"_PID":["1","2"],"MESSAGE":"text"})", R"({"MESSAGE":["one","two"]})",
                                    R"({"MESSAGE":[104,300]})", R"({"MESSAGE":null})", R"({"MESSAGE":[104,-1]})"}),
            (Strings{"whole", "joined(eyJ\x1b; 2@30+0; {\"MESSAGE\":[101,121,)", "whole", "whole", "whole", "whole",
                     "whole"}));
}

TEST(Joining, GivesOutWhatIsIncompleteAtTheEnd) {
  EXPECT_EQ(run(Joining::cri, {"2026-11-28T12:00:00Z stderr P x", "2026-11-28T12:00:01Z stdout P a"}),
            (Strings{"kept", "kept", "end joined(a; 2@32+0; 2026-11-28T12:00:01Z)",
                     "end joined(x; 1@0+0; 2026-11-28T12:00:00Z)"}));
}

TEST(Joining, LeavesOtherLinesAlone) {
  const Strings lines = {"",
                         "text",
                         "t stdout P",
                         "t stdout X text",
                         "t stdin P text",
                         "{\"log\":7}",
                         "{\"log\":\"x\"",
                         "[]",
                         "{\"stream\":\"stdout\"}",
                         std::string(100, ' ')};
  // "t stdout P" is a piece without text.
  Strings whole(lines.size(), "whole");
  EXPECT_EQ(run(Joining::docker, lines), whole);
  EXPECT_EQ(run(Joining::journald, lines), whole);
  EXPECT_EQ(run(Joining::none, {"2026-11-28T12:00:00Z stdout P a"}), Strings{"whole"});
  whole[2] = "kept";
  whole.push_back("end joined(; 3@6+0; t stdout P)");
  EXPECT_EQ(run(Joining::cri, lines), whole);
}

TEST(Joining, BoundsWhatItHolds) {
  Joiner joiner(Joining::cri);
  const std::string line = "t stdout P " + std::string(1 << 20, 'a');
  std::size_t kept = 0;
  while (joiner.feed(line, kept + 1, kept * line.size()) == Outcome::kept) ++kept;
  EXPECT_EQ(kept, kMostJoinedBytes / (1 << 20) - 1);
  EXPECT_TRUE(joiner.joined().cut);
  EXPECT_EQ(joiner.joined().text.size(), kMostJoinedBytes);
  EXPECT_EQ(joiner.joined().pieces.size(), kept + 1);
  // The rest of the line comes as a line of its own.
  EXPECT_EQ(joiner.feed("t stdout P b", 100, 7), Outcome::kept);
  EXPECT_EQ(joiner.feed("t stdout F c", 101, 8), Outcome::joined);
  EXPECT_EQ(shown(joiner, Outcome::joined), "joined(bc; 100@7+0 101@8+1; t stdout P b)");
  EXPECT_FALSE(joiner.flush());
}

}  // namespace
}  // namespace assay::log
