#include "keys/curl_library.h"

#include <dlfcn.h>

#include <cstring>

namespace assay::keys {
namespace {

struct Loaded {
  CurlLibrary library{};
  std::string failure;
};

Loaded load_curl() {
  Loaded loaded;
  CurlLibrary& library = loaded.library;
  void* const handle = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const why = ::dlerror();
    loaded.failure = why == nullptr ? "libcurl.so.4 cannot be loaded" : why;
    return loaded;
  }
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
  if (!complete) {
    loaded.failure = "libcurl.so.4 is too old: it lacks functions that are needed";
  } else if (const CURLcode code = library.global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK) {
    loaded.failure = std::string("libcurl.so.4 cannot start: ") + library.easy_strerror(code);
  }
  return loaded;
}

const Loaded& loaded_curl() {
  static const Loaded loaded = load_curl();
  return loaded;
}

}  // namespace

const CurlLibrary* curl_library() {
  const Loaded& loaded = loaded_curl();
  return loaded.failure.empty() ? &loaded.library : nullptr;
}

const std::string& curl_failure() { return loaded_curl().failure; }

}  // namespace assay::keys
