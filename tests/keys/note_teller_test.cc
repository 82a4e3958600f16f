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
  const std::string note[] = {"skipped"}, failure[] = {"failed"};
  teller.tell_once(note);
  teller.tell_failures_once(failure);
  teller.tell_failures_once(failure);
  EXPECT_THAT(told, ElementsAre("skipped", "failed"));
  teller.forget_failures();
  teller.tell_once(note);
  teller.tell_failures_once(failure);
  EXPECT_THAT(told, ElementsAre("skipped", "failed", "failed"));
}

}  // namespace
}  // namespace assay::keys
