# cmake -DASSAY=PROGRAM -DTO=FOLDER -P write_manual.cmake
#
# Lets the program write its manual pages (compressed, if gzip is there) and its completion into a folder, and ends with
# the file "complete" in it.
function(run)
  cmake_parse_arguments(RUN "" "OUTPUT" "COMMAND" ${ARGN})
  if(RUN_OUTPUT)
    execute_process(COMMAND ${RUN_COMMAND} RESULT_VARIABLE status OUTPUT_FILE ${RUN_OUTPUT})
  else()
    execute_process(COMMAND ${RUN_COMMAND} RESULT_VARIABLE status)
  endif()
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed (${status}): ${RUN_COMMAND}")
  endif()
endfunction()

file(REMOVE_RECURSE ${TO})
file(MAKE_DIRECTORY ${TO})
run(COMMAND ${ASSAY} help --man-dir ${TO}/man1)
find_program(GZIP gzip)
if(GZIP)
  file(GLOB pages ${TO}/man1/*.1)
  run(COMMAND ${GZIP} -9n ${pages})
endif()
run(COMMAND ${ASSAY} completion bash OUTPUT ${TO}/assay.bash)
run(COMMAND ${ASSAY} completion zsh OUTPUT ${TO}/_assay)
run(COMMAND ${ASSAY} completion fish OUTPUT ${TO}/assay.fish)
file(TOUCH ${TO}/complete)
