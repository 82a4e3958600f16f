# cmake -DBUILD=... -DCPACK=... -DWORK=... -P packages.cmake: makes the Debian packages of the build and looks into them.
function(text_of result)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE text)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed (${status}): ${ARGN}")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Fails unless each of the other arguments matches the text.
function(expect text)
  foreach(pattern ${ARGN})
    if(NOT text MATCHES "${pattern}")
      message(FATAL_ERROR "no ${pattern} in:\n${text}")
    endif()
  endforeach()
endfunction()

file(REMOVE_RECURSE ${WORK})
text_of(ignored ${CMAKE_COMMAND} -E chdir ${BUILD} ${CPACK} -G DEB -B ${WORK})
file(GLOB program ${WORK}/assay_*.deb)
file(GLOB library ${WORK}/libassay-dev_*.deb)

# libcurl is named by hand; the others are found in the program.
text_of(control dpkg-deb -f ${program})
expect("${control}" "Depends: libcurl4," "libc6 " "libssl3" "libtbb12" "libsimdjson" "libisal2" "libzstd1")
text_of(files dpkg-deb -c ${program})
expect("${files}" "\\./usr/bin/assay\n" "man1/assay\\.1\\.gz" "man1/assay-audit\\.1\\.gz" "man1/assay-keys-fetch\\.1\\.gz"
  "bash-completion/completions/assay\n" "zsh/vendor-completions/_assay\n" "fish/vendor_completions\\.d/assay\\.fish\n"
  "doc/assay/copyright\n" "examples/assay-verify\\.socket\n" "examples/assay_function\\.xml\n" "examples/assay-verify@\\.service\n")
if(files MATCHES "\\.a\n|include/|\\./tmp/")
  message(FATAL_ERROR "the package of the program holds what is not for it:\n${files}")
endif()
text_of(files dpkg-deb -c ${library})
expect("${files}" "include/assay/verifier\\.h\n" "libassay_verify\\.a\n" "pkgconfig/assay\\.pc\n" "cmake/assay/assayConfig\\.cmake\n")
