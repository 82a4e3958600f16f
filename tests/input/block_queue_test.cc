#include "input/block_queue.h"

#include <gtest/gtest.h>

#include <vector>

namespace assay::input {
namespace {

Block block_of(std::uint64_t records) {
  Block block;
  block.record_count = records;
  return block;
}

// A turn as load() leaves it: a block for each number of records.
Turn loaded(Turn::Load load, const std::vector<std::uint64_t>& records) {
  Turn turn;
  turn.load = load;
  for (const std::uint64_t count : records) turn.overflow.push_back(block_of(count));
  if (records.empty()) return turn;
  turn.block = std::move(turn.overflow.front());
  turn.overflow.erase(turn.overflow.begin());
  return turn;
}

// Sends a turn that brings nothing, and takes a block on.
Block take(BlockQueue& queue) {
  Turn turn;
  queue.send(turn);
  queue.exchange(turn);
  return std::move(turn.block);
}

TEST(BlockQueue, HandsABlockStraightOnAndNumbersItsRecords) {
  BlockQueue queue;
  for (const std::uint64_t first : {1u, 6u}) {
    Turn turn = loaded(Turn::Load::block, {5});
    queue.send(turn);
    EXPECT_TRUE(queue.is_drained());
    queue.exchange(turn);
    EXPECT_EQ(turn.block.first_record, first);
    EXPECT_EQ(turn.block.record_count, 5u);
  }
}

TEST(BlockQueue, KeepsWhatARangeHoldsBeyondABlockForTheTurnsThatFollow) {
  BlockQueue queue;
  Turn crowded = loaded(Turn::Load::range, {10, 20, 30}), later = loaded(Turn::Load::range, {40});
  queue.send(crowded);
  queue.send(later);
  EXPECT_FALSE(queue.is_drained());
  queue.exchange(crowded);
  EXPECT_EQ(crowded.block.record_count, 10u);
  EXPECT_TRUE(crowded.overflow.empty());
  EXPECT_TRUE(queue.has_spare());
  // The later range comes after the rest of the earlier one.
  queue.exchange(later);
  EXPECT_EQ(later.block.record_count, 20u);
  EXPECT_EQ(later.block.first_record, 11u);
  const Block third = take(queue), fourth = take(queue);
  EXPECT_EQ(third.record_count, 30u);
  EXPECT_EQ(third.first_record, 31u);
  EXPECT_EQ(fourth.record_count, 40u);
  EXPECT_EQ(fourth.first_record, 61u);
  EXPECT_TRUE(queue.is_drained());
  EXPECT_EQ(take(queue).record_count, 0u);
}

TEST(BlockQueue, AsksForNoMoreTurnsThanBlocksWait) {
  BlockQueue queue;
  Turn crowded = loaded(Turn::Load::range, {1, 1, 1});
  queue.send(crowded);
  queue.exchange(crowded);
  Turn first, second;
  queue.send(first);
  EXPECT_TRUE(queue.has_spare());
  queue.send(second);
  EXPECT_FALSE(queue.has_spare());
  EXPECT_FALSE(queue.is_drained());
  queue.exchange(first);
  queue.exchange(second);
  EXPECT_TRUE(queue.is_drained());
}

TEST(BlockQueue, DropsWhatFollowsAFaultInTheSameFile) {
  BlockQueue queue;
  Turn cut = loaded(Turn::Load::block, {5}), behind = loaded(Turn::Load::block, {7}),
       other = loaded(Turn::Load::block, {9});
  cut.block.fault = "cut off";
  behind.block.fault = "cut off, too";
  behind.block.bytes = 70;
  other.block.file = 1;
  for (Turn* turn : {&cut, &behind, &other}) {
    queue.send(*turn);
    queue.exchange(*turn);
  }
  EXPECT_EQ(cut.block.record_count, 5u);
  EXPECT_EQ(cut.block.fault, "cut off");
  EXPECT_EQ(behind.block.record_count, 0u);
  EXPECT_EQ(behind.block.fault, "");
  EXPECT_EQ(behind.block.bytes, 70u);
  EXPECT_EQ(other.block.record_count, 9u);
  EXPECT_EQ(other.block.first_record, 6u);
}

TEST(BlockQueue, NumbersALineThatSeveralBlocksHold) {
  Numbering numbering;
  Block first, inside, last;
  first.line_count = 3;  // and the beginning of a fourth line
  last.line_count = 2;   // its end, and a fifth
  for (Block* block : {&first, &inside, &last}) numbering.number(*block);
  EXPECT_EQ(first.first_line, 1u);
  EXPECT_EQ(inside.first_line, 4u);
  EXPECT_EQ(last.first_line, 4u);
}

TEST(BlockQueue, CountsLinesAnewInEachFile) {
  BlockQueue queue;
  Turn one = loaded(Turn::Load::block, {5}), other = loaded(Turn::Load::block, {5});
  other.block.file = 1;
  queue.send(one);
  queue.send(other);
  queue.exchange(one);
  queue.exchange(other);
  EXPECT_EQ(other.block.first_record, 6u);
  EXPECT_EQ(other.block.first_line, 1u);
}

}  // namespace
}  // namespace assay::input
