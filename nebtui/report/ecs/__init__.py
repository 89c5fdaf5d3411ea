"""A project as a task definition of Amazon ECS, and what cannot be expressed in one."""
