#include "keys/curl_library.h"

#include <dlfcn.h>

#include <cstring>

namespace assay::keys {
namespace {

const CurlLibrary* load_curl() {
  void* const handle = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return nullptr;
  static CurlLibrary library;
  bool complete = true;
  const auto load = [&](auto& function, const char* name) {
    void* const symbol = ::dlsym(handle, name);
    static_assert(sizeof function == sizeof symbol);
    std::memcpy(&function, &symbol, sizeof symbol);  // POSIX: the pointer of a function, as an object's
    complete = complete && symbol != nullptr;
  };
  load(library.easy_cleanup, "curl_easy_cleanup");
  load(library.easy_getinfo, "curl_easy_getinfo");
  load(library.easy_init, "curl_easy_init");
  load(library.easy_perform, "curl_easy_perform");
  load(library.easy_setopt, "curl_easy_setopt");
  load(library.easy_strerror, "curl_easy_strerror");
  load(library.free, "curl_free");
  load(library.global_init, "curl_global_init");
  load(library.slist_append, "curl_slist_append");
  load(library.slist_free_all, "curl_slist_free_all");
  load(library.url, "curl_url");
  load(library.url_cleanup, "curl_url_cleanup");
  load(library.url_get, "curl_url_get");
  load(library.url_set, "curl_url_set");
  if (!complete || library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return nullptr;
  return &library;
}

}  // namespace

const CurlLibrary* curl_library() {
  static const CurlLibrary* const loaded = load_curl();
  return loaded;
}

}  // namespace assay::keys
