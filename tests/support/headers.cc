// The file that goes with the precompiled header of the tests.
