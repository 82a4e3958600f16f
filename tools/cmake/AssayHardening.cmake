# What makes a fault of memory end the program instead of serving an attacker: canaries, checked copies, landing pads
# for indirect jumps, signed return addresses, and tables of the linker that are read-only before main. Include it after
# ASSAY_SANITIZE is known.
#
# Executables are position independent and stacks not executable by default of the compilers; tests/cli/program_test.py
# looks at the program as it was built. ASSAY_HARDEN=OFF is for measuring what all this costs.
option(ASSAY_HARDEN "Harden the program against faults of memory" ON)
if(NOT ASSAY_HARDEN)
  return()
endif()

include(CheckCXXCompilerFlag)
add_compile_options(-fstack-protector-strong)
# Landing pads, and on aarch64 signed return addresses; CPUs without them take both for instructions that do nothing. A
# compiler for another CPU refuses the flag. Linux checks aarch64's landing pads only if every object of a program has
# them, start-up files of the C library included, which Debian 12 builds without; return addresses are checked anyway.
check_cxx_compiler_flag(-fcf-protection=full ASSAY_HAS_CF_PROTECTION)
check_cxx_compiler_flag(-mbranch-protection=standard ASSAY_HAS_BRANCH_PROTECTION)
if(ASSAY_HAS_CF_PROTECTION)
  add_compile_options(-fcf-protection=full)
elseif(ASSAY_HAS_BRANCH_PROTECTION)
  add_compile_options(-mbranch-protection=standard)
endif()
if(NOT ASSAY_SANITIZE)
  # Needs an optimising compiler. The sanitizers check more, and would not see what these functions check.
  add_compile_options("$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
endif()
add_link_options(-Wl,-z,relro -Wl,-z,now)
