# What `cmake --install BUILD --prefix PREFIX` puts where. It works there with no source tree and no build:
#   bin/                shm-server, shm-client, shm-view, and shmlab: a link to share/shmlab/shmlab
#   include/shmlab/     the headers for programs that want to be looked at (src/CMakeLists.txt)
#   share/shmlab/       the front door, its parts in src/shmlab/, and what it works with: gdb/, src/ (the source that gdb shows)
#   share/doc/shmlab/   README.md, CHANGELOG.md, LICENSE and docs/ with its pictures
# shmlab, gdb/ and the programs look for each other by these paths: share/shmlab and bin belong together.
set(SHMLAB_HOME ${CMAKE_INSTALL_DATADIR}/shmlab)

# Folders that are used as they are, without what only a tree needs.
foreach(folder src/shmlab gdb lessons)
  get_filename_component(parent ${folder} DIRECTORY)
  install(DIRECTORY ${folder} DESTINATION ${SHMLAB_HOME}/${parent}
    PATTERN __pycache__ EXCLUDE PATTERN CMakeLists.txt EXCLUDE
    REGEX "/shmlab/(test|bench|setup)[.]bash$" EXCLUDE REGEX "/runner/probe[^/]*[.][ch]$" EXCLUDE)
endforeach()
# A file there that has no dot in its name is a script that is run: it gets its mode here, as modes in a tree may be
# anything.
foreach(folder gdb lessons/runner)
  file(GLOB scripts LIST_DIRECTORIES false CONFIGURE_DEPENDS ${folder}/*)
  list(FILTER scripts EXCLUDE REGEX "[.][^/]*$")
  install(PROGRAMS ${scripts} DESTINATION ${SHMLAB_HOME}/${folder})
endforeach()
install(PROGRAMS shmlab DESTINATION ${SHMLAB_HOME})
install(DIRECTORY src DESTINATION ${SHMLAB_HOME} FILES_MATCHING PATTERN "*.c" PATTERN "*.h")
# Debug information names the sources by where they were compiled: so gdb gets told what stands for that.
file(WRITE ${PROJECT_BINARY_DIR}/built-from "${PROJECT_SOURCE_DIR}/src\n")
install(FILES ${PROJECT_BINARY_DIR}/built-from DESTINATION ${SHMLAB_HOME}/src)

# The link, made here so that it is installed as one; it says nothing of where PREFIX is.
file(RELATIVE_PATH shmlab_link /${CMAKE_INSTALL_BINDIR} /${SHMLAB_HOME}/shmlab)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/link)
file(CREATE_LINK ${shmlab_link} ${PROJECT_BINARY_DIR}/link/shmlab SYMBOLIC)
install(FILES ${PROJECT_BINARY_DIR}/link/shmlab DESTINATION ${CMAKE_INSTALL_BINDIR})

install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN "draw*" EXCLUDE PATTERN terminal EXCLUDE)
