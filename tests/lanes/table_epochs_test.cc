// Safe reclamation: a replaced table is freed when, and only when, nobody can be reading it.
#include "lanes/table_epochs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace assay::lanes {
namespace {

std::unique_ptr<const KeyTable> table_of(std::size_t bytes) {
  auto table = std::make_unique<KeyTable>();
  table->bytes = bytes;
  return table;
}

class Epochs : public testing::Test {
 protected:
  TableEpochs epochs_;
  TablePlace place_;
};

TEST_F(Epochs, CountReplacements) {
  EXPECT_EQ(epochs_.now(), TableEpochs::kFirst);
  EXPECT_EQ(place_.get(), nullptr);
  std::unique_ptr<const KeyTable> first = table_of(1);
  const KeyTable* raw = first.get();
  epochs_.replace(place_, std::move(first));
  EXPECT_EQ(place_.get(), raw);
  EXPECT_EQ(epochs_.now(), TableEpochs::kFirst + 1);
  epochs_.replace(place_, nullptr);
  EXPECT_EQ(place_.get(), nullptr);
  EXPECT_EQ(epochs_.now(), TableEpochs::kFirst + 2);
}

TEST_F(Epochs, FreeAtOnceWhatNobodyReads) {
  epochs_.replace(place_, table_of(7));
  EXPECT_EQ(epochs_.retired_bytes(), 0u) << "the place was empty";
  epochs_.replace(place_, table_of(9));
  EXPECT_EQ(epochs_.retired_bytes(), 7u);
  EXPECT_EQ(epochs_.reclaim(), 7u);
  EXPECT_EQ(epochs_.retired_bytes(), 0u);
  EXPECT_EQ(epochs_.reclaim(), 0u);
}

TEST_F(Epochs, KeepWhatAPinMayRead) {
  TablePin pin(epochs_);
  epochs_.replace(place_, table_of(7));
  pin.enter();
  const KeyTable* held = place_.get();
  epochs_.replace(place_, nullptr);
  EXPECT_EQ(epochs_.reclaim(), 0u);
  EXPECT_EQ(held->bytes, 7u);
  pin.leave();
  EXPECT_EQ(epochs_.reclaim(), 7u);
}

TEST_F(Epochs, FreeWhatWasReplacedBeforeThePin) {
  TablePin pin(epochs_);
  epochs_.replace(place_, table_of(7));
  epochs_.replace(place_, table_of(9));
  pin.enter();
  epochs_.replace(place_, nullptr);
  EXPECT_EQ(epochs_.reclaim(), 7u);
  EXPECT_EQ(epochs_.retired_bytes(), 9u);
  pin.leave();
  EXPECT_EQ(epochs_.reclaim(), 9u);
}

TEST_F(Epochs, WaitForTheOldestPin) {
  TablePin old(epochs_), young(epochs_);
  epochs_.replace(place_, table_of(7));
  old.enter();
  epochs_.replace(place_, nullptr);
  young.enter();
  young.leave();
  young.enter();
  EXPECT_EQ(epochs_.reclaim(), 0u);
  old.leave();
  EXPECT_EQ(epochs_.reclaim(), 7u) << "the young one came too late to see it";
}

TEST_F(Epochs, ForgetAPinThatEnds) {
  epochs_.replace(place_, table_of(7));
  {
    TablePin pin(epochs_);
    pin.enter();
    epochs_.replace(place_, nullptr);
    EXPECT_EQ(epochs_.reclaim(), 0u);
  }
  EXPECT_EQ(epochs_.reclaim(), 7u);
}

// A table says its number twice; one that is read after it was freed says something else, or a sanitizer does.
TEST_F(Epochs, HoldUnderManyReaders) {
  constexpr int kReplacements = 3000;
  const auto numbered = [](int number) {
    auto table = std::make_unique<KeyTable>();
    table->bytes = static_cast<std::size_t>(number);
    table->window = number;
    return table;
  };
  epochs_.replace(place_, numbered(1));
  std::atomic<bool> stop{false};
  std::atomic<int> faults{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      TablePin pin(epochs_);
      while (!stop.load()) {
        pin.enter();
        const KeyTable* table = place_.get();
        if (table->bytes != static_cast<std::size_t>(table->window)) ++faults;
        pin.leave();
      }
    });
  }
  std::size_t replaced = 0, freed = 0;
  for (int number = 2; number <= kReplacements; ++number) {
    replaced += place_.get()->bytes;
    epochs_.replace(place_, numbered(number));
    freed += epochs_.reclaim();
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  freed += epochs_.reclaim();
  EXPECT_EQ(freed, replaced);
  EXPECT_EQ(faults.load(), 0);
}

}  // namespace
}  // namespace assay::lanes
