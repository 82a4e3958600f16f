# Toolchain: builds for aarch64 with Debian's cross compiler and runs what it built under qemu. The libraries come from
# the folder that tools/aarch64_sysroot.sh makes.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

get_filename_component(sysroot ${CMAKE_CURRENT_LIST_DIR}/../../build/aarch64-sysroot ABSOLUTE)
if(NOT EXISTS ${sysroot}/complete)
  message(FATAL_ERROR "There are no libraries for aarch64; run tools/aarch64_sysroot.sh")
endif()
# The C and C++ libraries to link with are the compiler's own; only what it lacks comes from the folder.
set(CMAKE_FIND_ROOT_PATH ${sysroot})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Debian keeps headers that differ between CPUs, such as openssl/opensslconf.h, in a folder of their own.
set(CMAKE_CXX_FLAGS_INIT "-isystem ${sysroot}/usr/include/${CMAKE_LIBRARY_ARCHITECTURE}")
set(CMAKE_C_FLAGS_INIT ${CMAKE_CXX_FLAGS_INIT})
# What the libraries need themselves.
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "-Wl,-rpath-link,${sysroot}/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}:${sysroot}/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
set(CMAKE_SHARED_LINKER_FLAGS_INIT ${CMAKE_EXE_LINKER_FLAGS_INIT})

# ASSAY_EMULATED tells the tests so.
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -E ASSAY_EMULATED=1 -L ${sysroot})
