#include "command_line.hpp"

int main(int argc, char** argv) { return tillcue::terminal::run_tillcued(argc, argv); }
