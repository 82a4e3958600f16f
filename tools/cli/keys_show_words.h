// What `assay keys show` prints: keys and their sources as a page for people, and as JSON.
//
// Pure functions, thread safe. Kids, issuers and names are foreign text; nothing in the output can steer a terminal.
#pragma once

#include <string>

#include "assay/keys_view.h"

namespace assay::cli {

// A page of 80 columns: the sources with the entries that were skipped, then the keys by issuer.
std::string keys_page(const KeysView& view);

// One document: {"sources":[...],"keys":[...],"unknown_keys":[...]}, a source or a key on each line. What is absent is
// null.
std::string keys_json(const KeysView& view);

}  // namespace assay::cli
