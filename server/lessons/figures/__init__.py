"""The figures of the lessons, one module a lesson: boards computed by the engine, with their links to the stage."""
