// TokenUses as one line of text within a summary.
//
// The text is base64url of: a byte 1; the level; the number of names, and each as its length and its bytes; the number
// of tokens, and each, in order of keys, as
//   key (32 bytes), member, flags (1: several members, 2: more clients, 4: a list of clients), kid, issuer, label;
//   uses, rejected, served, first, last;
//   without a list the client's name, else the length of the list, and each client as its name and its uses.
// Names are their numbers from 1 on, 0 is none. Numbers are LEB128. `first` is 0 if it is not known; else it is 1 plus
// the zigzag code of the nanoseconds, and `last - first` follows.
#pragma once

#include <string>
#include <string_view>

#include "tally/token_uses.h"

namespace assay::tally {

std::string encode(const TokenUses& uses);
// Adds what the text holds. Returns false if it is no such text; `uses` is then unspecified.
bool decode(std::string_view text, TokenUses& uses);

}  // namespace assay::tally
