# What `cmake --install BUILD --prefix PREFIX` installs. It works without source tree and build:
#   bin/                shm-server, shm-client, shm-view, shm-probe, and shmlab: a link to share/shmlab/shmlab
#   include/shmlab/     the headers for programs whose memory the viewer shows (src/CMakeLists.txt)
#   share/shmlab/       the script shmlab, its parts in src/shmlab/, lessons/, gdb/, and src/ (the source that gdb shows)
#   share/doc/shmlab/   README.md, CHANGELOG.md, LICENSE and docs/ with its pictures
# shmlab, gdb/ and the programs find each other by these paths: share/shmlab and bin belong together.
set(SHMLAB_HOME ${CMAKE_INSTALL_DATADIR}/shmlab)

# Folders that are copied, without what only the source tree needs.
foreach(folder src/shmlab gdb lessons)
  get_filename_component(parent ${folder} DIRECTORY)
  install(DIRECTORY ${folder} DESTINATION ${SHMLAB_HOME}/${parent}
    PATTERN __pycache__ EXCLUDE PATTERN CMakeLists.txt EXCLUDE
    REGEX "/shmlab/(test|bench|setup)[.]bash$" EXCLUDE REGEX "/runner/probe[^/]*[.][ch]$" EXCLUDE)
endforeach()
# A file without a dot in its name is a script: make it executable, whatever its mode in the tree.
foreach(folder gdb lessons/runner)
  file(GLOB scripts LIST_DIRECTORIES false CONFIGURE_DEPENDS ${folder}/*)
  list(FILTER scripts EXCLUDE REGEX "[.][^/]*$")
  install(PROGRAMS ${scripts} DESTINATION ${SHMLAB_HOME}/${folder})
endforeach()
install(PROGRAMS shmlab DESTINATION ${SHMLAB_HOME})
install(DIRECTORY src DESTINATION ${SHMLAB_HOME} FILES_MATCHING PATTERN "*.c" PATTERN "*.h")
# Debug information has the paths of the source tree: this file lets gdb replace them.
file(WRITE ${PROJECT_BINARY_DIR}/built-from "${PROJECT_SOURCE_DIR}/src\n")
install(FILES ${PROJECT_BINARY_DIR}/built-from DESTINATION ${SHMLAB_HOME}/src)

# A relative link, so that PREFIX may be moved.
file(RELATIVE_PATH shmlab_link /${CMAKE_INSTALL_BINDIR} /${SHMLAB_HOME}/shmlab)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/link)
file(CREATE_LINK ${shmlab_link} ${PROJECT_BINARY_DIR}/link/shmlab SYMBOLIC)
install(FILES ${PROJECT_BINARY_DIR}/link/shmlab DESTINATION ${CMAKE_INSTALL_BINDIR})

install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN "draw*" EXCLUDE PATTERN terminal EXCLUDE)
