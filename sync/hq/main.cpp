#include "program.hpp"

int main(int argc, char** argv) { return tillcue::sync::run_hq_program(argc, argv); }
