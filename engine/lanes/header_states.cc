#include "lanes/header_states.h"

#include <string_view>

#include "digest/hmac.h"
#include "keys/openssl_key.h"

namespace assay::lanes {

const digest::HashState* HeaderStates::find(const signature::Job& job) {
  const AlgorithmInfo& algorithm = info(job.algorithm);
  // RFC 8032 §5.1.7: EdDSA hashes R and the key first.
  if (job.header_id == 0 || algorithm.scheme == Scheme::eddsa || head_bytes(job) == 0) return nullptr;
  const std::size_t place = job.header_id % kMost;
  while (slots_.size() <= place) slots_.emplace_back();
  Slot& slot = slots_[place];
  if (slot.header_id != job.header_id) {
    if (slot.round == round_) return nullptr;
    fill(slot, job, algorithm);
  }
  if (algorithm.scheme == Scheme::hmac && slot.key != job.key) return nullptr;
  slot.round = round_;
  return &slot.state;
}

void HeaderStates::fill(Slot& slot, const signature::Job& job, const AlgorithmInfo& algorithm) {
  const std::string_view head = job.signing_input.substr(0, head_bytes(job));
  if (algorithm.scheme == Scheme::hmac) {
    const void* inner = job.key->openssl->hmac->states(algorithm.hash).inner;
    slot.state = digest::hash_blocks(algorithm.hash, inner, digest::block_bytes(algorithm.hash), head);
  } else {
    slot.state = digest::hash_blocks(algorithm.hash, digest::initial_words(algorithm.hash), 0, head);
  }
  slot.header_id = job.header_id;
  slot.key = job.key;
}

}  // namespace assay::lanes
