// libcurl, loaded when the first URL is fetched.
//
// The program does not link libcurl: loading it, with all libraries that it needs, takes more than half of the time in
// which the program starts, and most runs fetch nothing. Included by .cc files of this room only.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

namespace assay::keys {

// The functions of libcurl that this room calls.
struct CurlLibrary {
  decltype(&curl_easy_cleanup) easy_cleanup;
  decltype(&curl_easy_getinfo) easy_getinfo;
  decltype(&curl_easy_init) easy_init;
  decltype(&curl_easy_perform) easy_perform;
  decltype(&curl_easy_setopt) easy_setopt;
  decltype(&curl_easy_strerror) easy_strerror;
  decltype(&curl_free) free;
  decltype(&curl_global_init) global_init;
  decltype(&curl_slist_append) slist_append;
  decltype(&curl_slist_free_all) slist_free_all;
  decltype(&curl_url) url;
  decltype(&curl_url_cleanup) url_cleanup;
  decltype(&curl_url_get) url_get;
  decltype(&curl_url_set) url_set;
};

// Loads libcurl at the first call. Returns null if that failed. Thread safe.
const CurlLibrary* curl_library();
// Why curl_library() returned null, in the words of the dynamic loader; empty: it did not.
const std::string& curl_failure();

struct CurlEasyFree {
  void operator()(CURL* handle) const noexcept { curl_library()->easy_cleanup(handle); }
};
struct CurlUrlFree {
  void operator()(CURLU* url) const noexcept { curl_library()->url_cleanup(url); }
};
struct CurlListFree {
  void operator()(curl_slist* list) const noexcept { curl_library()->slist_free_all(list); }
};
using CurlEasy = std::unique_ptr<CURL, CurlEasyFree>;
using CurlUrl = std::unique_ptr<CURLU, CurlUrlFree>;
using CurlList = std::unique_ptr<curl_slist, CurlListFree>;

}  // namespace assay::keys
