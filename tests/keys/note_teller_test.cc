#include "keys/note_teller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace assay::keys {
namespace {

using ::testing::ElementsAre;

TEST(NoteTeller, TellsEachNoteOnce) {
  std::vector<std::string> told;
  NoteTeller teller([&](std::string_view note) { told.emplace_back(note); });
  const std::string notes[] = {"a", "b", "a"};
  teller.tell_once(notes);
  teller.tell_once(notes);
  EXPECT_THAT(told, ElementsAre("a", "b"));
  teller.tell("a");
  EXPECT_THAT(told, ElementsAre("a", "b", "a"));
}

TEST(NoteTeller, TellsAFailureAgainOnlyAfterASuccess) {
  std::vector<std::string> told;
  NoteTeller teller([&](std::string_view note) { told.emplace_back(note); });
  const std::string note[] = {"skipped"};
  const auto tell = [&] {
    teller.tell_once(note);
    teller.tell_failure_once("one: failed");
    teller.tell_failure_once("another: failed");
  };
  tell();
  tell();
  EXPECT_THAT(told, ElementsAre("skipped", "one: failed", "another: failed"));
  teller.forget_failures_of("one");  // the success of one source makes no other's failure news
  tell();
  EXPECT_THAT(told, ElementsAre("skipped", "one: failed", "another: failed", "one: failed"));
}

}  // namespace
}  // namespace assay::keys
