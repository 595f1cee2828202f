"""The backend of Earmark; its apps stand in the order of the life of a label."""
