// Hashes jobs of any lengths in lanes that run in lock-step, for every hash and every width.
//
// The input of a job is at most three runs of whole blocks: a staged head (the prefix, filled up to a block with the
// start of the message), blocks straight from the message, and a staged tail (the last bytes, 0x80, zeros, length: FIPS
// 180-4 §5.1). Only head and tail are copied. All lanes advance by the number of blocks that the shortest current run
// has left. A lane that has finished takes the next job at once, so lanes idle only when no job is left. The last few
// busy lanes may go to code that is faster for few messages, so that one long message does not hold up a whole group.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "kernel/kernel.h"

namespace assay::kernel {
namespace {

constexpr std::uint64_t kNotLast = ~std::uint64_t{0};

// A hash on one instruction set. State: eight words a lane, in any layout. Blocks are of kBlock bytes, 64 or 128.
template <class Core>
concept HashCore = (Core::kBlock == 64 || Core::kBlock == 128) && Core::kLanes >= 1 &&
                   requires(typename Core::State state, const void* const* states, unsigned char* const* digests,
                            std::size_t lane, const void* from, void* to, unsigned char* bytes, const HashJob& job,
                            std::size_t first, std::uint64_t length, const unsigned char* const* at,
                            std::size_t blocks) {
  // True if compress() knows an idle lane by its null pointer. Otherwise an idle lane repeats a busy one.
  { Core::kSkipsIdle } -> std::convertible_to<bool>;
  Core::load_all(state, states);    // one state for each lane
  Core::store_all(state, digests);  // one digest for each lane, null if nobody wants it
  Core::load_one(state, lane, from);
  Core::store_one(state, lane, bytes);  // the digest
  Core::save_one(state, lane, to);      // the state, as load_one takes it
  // Writes the block of a job's padded input that begins at byte `first`. The last block ends with `length`, in
  // bytes; the others have kNotLast.
  Core::stage(bytes, job, first, length);
  Core::compress(state, at, blocks);  // takes in `blocks` blocks a lane
};

// Blocks of each run.
struct BlockPlan {
  std::size_t head;
  std::size_t middle;
  std::size_t tail;  // 1 to 3
};

// 0x80 and the length: 64 bits for blocks of 64 bytes, 128 for those of 128.
template <std::size_t kBlock>
constexpr std::size_t kClosing = 1 + kBlock / 8;

template <std::size_t kBlock>
BlockPlan plan_blocks(const HashJob& job) noexcept {
  const std::size_t total = job.prefix_size + job.message_size;
  const std::size_t head = (job.prefix_size + kBlock - 1) / kBlock;
  // If the message does not fill the head, all of it is tail.
  if (total < head * kBlock) return {0, 0, (total + kClosing<kBlock> + kBlock - 1) / kBlock};
  const std::size_t rest = total - head * kBlock;
  return {head, rest / kBlock, (rest % kBlock + kClosing<kBlock> + kBlock - 1) / kBlock};
}

template <HashCore Core>
class HashLanes {
 public:
  static constexpr std::size_t kLanes = Core::kLanes;
  static constexpr std::size_t kBlock = Core::kBlock;

  // Starts up to kLanes of `count` jobs, which is not 0, in free lanes. Returns how many.
  std::size_t start_all(const HashJob* jobs, std::size_t count) noexcept {
    const std::size_t started = count < kLanes ? count : kLanes;
    const void* states[kLanes];
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (lane < started) {
        begin(lane, jobs[lane]);
        states[lane] = jobs[lane].state;
      } else {
        idle(lane);
        states[lane] = jobs[0].state;
      }
    }
    Core::load_all(state_, states);
    return started;
  }

  void start_one(std::size_t lane, const HashJob& job) noexcept {
    begin(lane, job);
    Core::load_one(state_, lane, job.state);
  }

  void idle(std::size_t lane) noexcept {
    digest_[lane] = nullptr;
    at_[lane] = nullptr;
    left_[lane] = kForever;
  }

  // Takes in blocks until a run ends. Returns the number of lanes that have finished their job.
  std::size_t advance() noexcept {
    std::size_t blocks = kForever;
    const unsigned char* busy = nullptr;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (left_[lane] < blocks) {
        blocks = left_[lane];
        busy = at_[lane];
      }
    }
    if constexpr (!Core::kSkipsIdle) {
      // An idle lane repeats a busy one.
      for (std::size_t lane = 0; lane < kLanes; ++lane) at_[lane] = left_[lane] == kForever ? busy : at_[lane];
    }
    Core::compress(state_, at_, blocks);
    std::size_t finished = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (left_[lane] == kForever) continue;
      at_[lane] += blocks * kBlock;
      taken_[lane] += blocks;
      left_[lane] -= blocks;
      if (left_[lane] == 0) finished += !next_run(lane);
    }
    return finished;
  }

  bool has_finished(std::size_t lane) const noexcept { return left_[lane] == 0; }
  void finish_one(std::size_t lane) noexcept { Core::store_one(state_, lane, digest_[lane]); }
  // Turns the rest of each busy lane's job into a job of its own, whose state lies in this object. Returns how many
  // jobs there are, or 0 if a lane is between the last two blocks of padding, because no job can describe that.
  std::size_t remains(HashJob* jobs) noexcept {
    std::size_t count = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (left_[lane] == kForever) continue;
      HashJob rest = *job_[lane];
      const std::size_t taken = taken_[lane] * kBlock;
      const std::size_t of_prefix = taken < rest.prefix_size ? taken : rest.prefix_size;
      const std::size_t of_message = taken - of_prefix;
      if (of_message > rest.message_size) return 0;
      Core::save_one(state_, lane, words_[lane]);
      rest.state = words_[lane];
      rest.hashed += taken;
      if (of_prefix > 0) rest.prefix += of_prefix;
      if (of_message > 0) rest.message += of_message;
      rest.prefix_size -= of_prefix;
      rest.message_size -= of_message;
      jobs[count++] = rest;
    }
    return count;
  }
  // Writes all digests. Every lane has finished or is idle.
  void finish_all() noexcept { Core::store_all(state_, digest_); }

 private:
  static constexpr std::size_t kForever = ~std::size_t{0};
  static constexpr std::size_t kMaxStaged = 4;  // blocks: two of head and two of tail

  void begin(std::size_t lane, const HashJob& job) noexcept {
    const BlockPlan plan = plan_blocks<kBlock>(job);
    unsigned char* to = staged_[lane];
    for (std::size_t block = 0; block < plan.head; ++block, to += kBlock)
      Core::stage(to, job, block * kBlock, kNotLast);
    tail_at_[lane] = to;
    std::size_t from = (plan.head + plan.middle) * kBlock;
    for (std::size_t block = 1; block < plan.tail; ++block, to += kBlock, from += kBlock)
      Core::stage(to, job, from, kNotLast);
    Core::stage(to, job, from, job.hashed + job.prefix_size + job.message_size);

    job_[lane] = &job;
    taken_[lane] = 0;
    digest_[lane] = job.digest;
    middle_[lane] = plan.middle;
    tail_[lane] = plan.tail;
    if (plan.middle > 0) middle_at_[lane] = job.message + (plan.head * kBlock - job.prefix_size);
    if (plan.head > 0) {
      at_[lane] = staged_[lane];
      left_[lane] = plan.head;
    } else {
      next_run(lane);
    }
  }

  // Returns false if there is no next run because the job has finished.
  bool next_run(std::size_t lane) noexcept {
    if (middle_[lane] > 0) {
      at_[lane] = middle_at_[lane];
      left_[lane] = middle_[lane];
      middle_[lane] = 0;
      return true;
    }
    at_[lane] = tail_at_[lane];
    left_[lane] = tail_[lane];
    tail_[lane] = 0;
    return left_[lane] > 0;
  }

  typename Core::State state_;
  alignas(64) unsigned char staged_[kLanes][kMaxStaged * kBlock];
  // The next block of the current run, and the number of blocks left in it.
  const unsigned char* at_[kLanes];
  std::size_t left_[kLanes];  // kForever: an idle lane
  // The runs to come. They count 0 blocks once they have begun.
  const unsigned char* middle_at_[kLanes];
  const unsigned char* tail_at_[kLanes];
  std::size_t middle_[kLanes];
  std::size_t tail_[kLanes];
  const HashJob* job_[kLanes];
  std::size_t taken_[kLanes];  // blocks
  unsigned char* digest_[kLanes];
  alignas(64) unsigned char words_[kLanes][kBlock / 2];  // states that remains() has given away
};

// The function that hashes fewer than `least` messages.
struct ForFew {
  HashFunction hash = nullptr;
  std::size_t least = 0;
};

// Jobs of one block each (MGF1, HMAC's outer hash, the M' of PSS): no runs to follow.
template <HashCore Core>
void hash_single_blocks(const HashJob* jobs, std::size_t count, ForFew few) noexcept {
  alignas(64) unsigned char staged[Core::kLanes][Core::kBlock];
  typename Core::State state;
  for (std::size_t done = 0; done < count; done += Core::kLanes) {
    if (count - done < few.least) return few.hash(jobs + done, count - done);
    const unsigned char* at[Core::kLanes];
    const void* states[Core::kLanes];
    unsigned char* digests[Core::kLanes];
    for (std::size_t lane = 0; lane < Core::kLanes; ++lane) {
      const bool busy = lane < count - done;
      const HashJob& job = jobs[done + (busy ? lane : 0)];
      if (busy) Core::stage(staged[lane], job, 0, job.hashed + job.prefix_size + job.message_size);
      at[lane] = busy ? staged[lane] : Core::kSkipsIdle ? nullptr : staged[0];
      states[lane] = job.state;
      digests[lane] = busy ? job.digest : nullptr;
    }
    Core::load_all(state, states);
    Core::compress(state, at, 1);
    Core::store_all(state, digests);
  }
}

template <HashCore Core>
void hash_jobs(const HashJob* jobs, std::size_t count, ForFew few = {}) noexcept {
  constexpr std::size_t kSingle = Core::kBlock - kClosing<Core::kBlock>;
  std::size_t singles = 0;
  while (singles < count && jobs[singles].prefix_size + jobs[singles].message_size <= kSingle) ++singles;
  if (singles == count) return hash_single_blocks<Core>(jobs, count, few);

  HashLanes<Core> lanes;
  std::size_t next = 0;
  while (next < count) {
    if (count - next < few.least) return few.hash(jobs + next, count - next);
    std::size_t busy = lanes.start_all(jobs + next, count - next);
    next += busy;
    while (busy > 0) {
      if (next == count && busy < few.least) {
        HashJob rest[Core::kLanes];
        if (lanes.remains(rest) == busy) return few.hash(rest, busy);
      }
      const std::size_t finished = lanes.advance();
      if (finished == busy) {
        lanes.finish_all();
        break;
      }
      if (finished == 0) continue;
      for (std::size_t lane = 0; lane < Core::kLanes; ++lane) {
        if (!lanes.has_finished(lane)) continue;
        lanes.finish_one(lane);
        if (next < count) {
          lanes.start_one(lane, jobs[next++]);
        } else {
          lanes.idle(lane);
          --busy;
        }
      }
    }
  }
}

}  // namespace
}  // namespace assay::kernel
